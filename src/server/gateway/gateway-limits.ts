/** The gateway's bounds; those of the conversation itself are in protocol/limits.ts. Times in milliseconds. */

/** Who connects has this long for the handshake, for a request's head, and for the hello. */
export const handshakeMs = 10_000;
export const requestMs = 20_000;
export const helloMs = 10_000;
/** TCP connections that are no agent's yet; for more the oldest are closed. */
export const strangers = 512;
/** Connections of one host at a time: one that speaks, one that takes its place, and some that are broken. */
export const connectionsOfHost = 8;
/** A certificate request of RSA 8192 has 3 KB. */
export const enrollBytes = 32 * 1024;
/** Certificates are signed for this many at a time; this many more may wait. */
export const enrollments = { running: 4, waiting: 64 };
/** Failed attempts to join: one address may fail this often at once, and once more every three seconds. */
export const guesses = { burst: 10, perSecond: 1 / 3 };
/** Renewals of one host. */
export const renewals = { burst: 10, perSecond: 1 / 10 };
/** Addresses, or hosts, whose allowance is remembered. */
export const rememberedAllowances = 2000;

/**
 * What one connection may send: bytes after inflating, plus a price for each message. An hour of samples of a large
 * host passes in seconds; a host that sends without end gets this much of the server and no more.
 */
export const sendable = { burst: 64 * 1024 * 1024, perSecond: 8 * 1024 * 1024 };
export const messagePrice = 32 * 1024;
/** Messages handled before other connections have their turn. */
export const messagesPerTurn = 16;
/** Messages that came in one piece and wait their turn; a reader that has stopped can get no more than this. */
export const inboxMessages = 32_768;
/** The label sets that one connection has named, in characters. */
export const labelTextTotal = 32 * 1024 * 1024;
/** Batches of one connection that are being stored; the next is not read before one is done. */
export const batchesInFlight = 4;
/** Answers that wait to be sent; past it nothing more is read. */
export const answersWaiting = 64;

/** No heartbeat for four intervals, and for this long at least. */
export const silentMs = 10_000;
/** How long the other side may take to close after it was told to. */
export const closeMs = 5000;

/** The rights of all connections are looked at this often: what was revoked elsewhere is cut within it. */
export const rightsEveryMs = 2000;
export const presencesEveryMs = 1000;
export const inventoryEveryMs = 1000;
export const clockSampleEveryMs = 30_000;
