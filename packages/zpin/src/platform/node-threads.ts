export { a3c, dppo } from '@zpin/onpolicy/node';
