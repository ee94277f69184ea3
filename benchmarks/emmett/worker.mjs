// The peer on Node: Emmett over PostgreSQL, as its manual shows it. One JSON request per line on standard input, one
// JSON answer per line on standard output, so that starting Node is not part of a round.
//
// {"op": "append", "dsn", "connections", "callers", "decisions": [{"seller", "case", "data"}]}
//     appends each decision as one event of a stream of its own, `callers` at a time → {"seconds"}
// {"op": "fold", "dsn", "batch", "decisions": <how many are there>}
//     follows all of them into a table of accounts with an asynchronous projection → {"seconds", "folded"}
import { createInterface } from "node:readline";
import { SQL } from "@event-driven-io/dumbo";
import { STREAM_DOES_NOT_EXIST } from "@event-driven-io/emmett";
import { getPostgreSQLEventStore, postgreSQLRawBatchSQLProjection } from "@event-driven-io/emmett-postgresql";
import pg from "pg";

const UPHELD = "OrdinaryViolationUpheld";

const opened = async (dsn, connections) => {
  const pool = new pg.Pool({ connectionString: dsn, max: connections });
  pool.on("error", () => {}); // the database may be dropped before a connection at rest has said goodbye
  const store = getPostgreSQLEventStore(dsn, { connectionOptions: { pooled: true, pool } });
  await store.schema.migrate();
  return { store, close: async () => { await store.close(); await pool.end(); } };
};

const append = async ({ dsn, connections, callers, decisions }) => {
  const { store, close } = await opened(dsn, connections);
  try {
    let next = 0;
    const caller = async () => {
      while (next < decisions.length) {
        const { seller, case: id, data } = decisions[next++];
        const event = { type: UPHELD, data: { ...data, seller }, metadata: { case: id } };
        await store.appendToStream(`case-${id}`, [event], { expectedStreamVersion: STREAM_DOES_NOT_EXIST });
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: callers }, caller));
    return { seconds: (performance.now() - began) / 1000 };
  } finally {
    await close();
  }
};

const accounts = postgreSQLRawBatchSQLProjection({
  name: "accounts",
  canHandle: [UPHELD],
  init: () =>
    SQL`CREATE TABLE IF NOT EXISTS accounts (seller text PRIMARY KEY, points bigint NOT NULL, entries bigint NOT NULL)`,
  evolve: (events) =>
    events.map(({ data }) =>
      SQL`INSERT INTO accounts VALUES (${data.seller}, ${data.points}, 1) ON CONFLICT (seller) DO UPDATE
          SET points = accounts.points + excluded.points, entries = accounts.entries + 1`,
    ),
});

const fold = async ({ dsn, batch }) => {
  const { store, close } = await opened(dsn, 8);
  try {
    const consumer = store.consumer({ pulling: { batchSize: batch, pullingFrequencyInMs: 0 }, stopWhen: { noMessagesLeft: true } });
    consumer.projector({ processorId: "ledger", projection: accounts });
    const began = performance.now();
    await consumer.start();
    const seconds = (performance.now() - began) / 1000;
    await consumer.close();
    const client = new pg.Client({ connectionString: dsn });
    await client.connect();
    const { rows } = await client.query("SELECT coalesce(sum(entries), 0)::int AS folded FROM accounts");
    await client.end();
    return { seconds, folded: rows[0].folded };
  } finally {
    await close();
  }
};

const operations = { append, fold };

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    console.log(JSON.stringify(await operations[asked.op](asked)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
}
