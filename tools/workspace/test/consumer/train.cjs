const { createEngine } = require('@zpin/core');
const { makeVectorEnv } = require('@zpin/envs');
const { ppo } = require('@zpin/onpolicy');
const { training } = require('./training.cjs');

training({ createEngine, makeVectorEnv, ppo }).then(result => console.log(JSON.stringify(result)));
