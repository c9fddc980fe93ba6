/** The bounds of the conversation between agent and server; both sides keep them. */

/** An agent sends a heartbeat this often, and samples as often; the welcome can name other figures. */
export const heartbeatMs = 15_000;
export const sampleMs = 15_000;

/** A message as it is on the wire. Samples of 1,000 containers compress to about 200 KB. */
export const messageBytes = 1024 * 1024;
/** A compressed message after inflating. */
export const inflatedBytes = 16 * 1024 * 1024;

/** Containers of one host in an inventory. */
export const containersPerHost = 5000;
/** Labels of containers that a server may ask for. */
export const labelNamesAsked = 32;
/** Label sets one connection may name before it has to name them anew. */
export const labelSetsPerConnection = 100_000;
/** Series of one batch of samples. */
export const seriesPerBatch = 200_000;
/** A printed label set. */
export const labelTextLength = 8192;

/** How long a request over the connection may wait for its reply. */
export const requestMs = 10_000;
/** What may wait to be sent on one connection; past it the oldest samples are dropped, and counted. */
export const queuedMessages = 256;
/** Samples taken while apart are kept this long at the most, and in this much memory. */
export const keptMs = 60 * 60_000;
export const keptBytes = 16 * 1024 * 1024;
