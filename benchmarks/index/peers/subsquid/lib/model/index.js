// One row for each event with all that it says, to be found by its receipt; and each receipt as
// its last event left it, to be found by holder and pledgee.
const { EntitySchema } = require("typeorm");

class Event {
  constructor(fields) {
    Object.assign(this, fields);
  }
}

class Receipt {
  constructor(fields) {
    Object.assign(this, fields);
  }
}

const numeric = {
  type: "numeric",
  nullable: true,
  transformer: { to: (value) => value?.toString(), from: (value) => value && BigInt(value) },
};

exports.Event = Event;
exports.Receipt = Receipt;

exports.EventSchema = new EntitySchema({
  name: "Event",
  target: Event,
  columns: {
    id: { type: "text", primary: true },
    block: { type: "int4" },
    logIndex: { type: "int4" },
    txHash: { type: "text" },
    kind: { type: "text" },
    subject: numeric,
    word: numeric,
    rest: { type: "json" },
  },
  indices: [{ columns: ["subject"] }],
});

exports.ReceiptSchema = new EntitySchema({
  name: "Receipt",
  target: Receipt,
  columns: {
    id: { type: "text", primary: true },
    holder: { type: "int4" },
    pledgee: { type: "int4" },
    version: { type: "int4" },
    word: { ...numeric, nullable: false },
  },
  indices: [{ columns: ["holder"] }, { columns: ["pledgee"] }],
});
