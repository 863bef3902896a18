/** A promise that is kept after the messages that wait have been delivered; faster than a timer, which browsers hold back. */
export function macrotask(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
