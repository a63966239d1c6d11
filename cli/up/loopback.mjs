// Loaded ahead of a function that runs on this machine: it listens on loopback only, and ends with its parent.
import net from 'node:net';

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenOnLoopback(...args) {
  // The Functions Framework listens on every interface, as it must in a container.
  const [port, ...rest] = args;
  return /^\d+$/.test(String(port)) && typeof rest[0] !== 'string'
    ? listen.call(this, Number(port), '127.0.0.1', ...rest)
    : listen.apply(this, args);
};
if (process.send !== undefined) {
  process.on('disconnect', () => process.exit(0));
  process.channel?.unref();
}
