// Ponder asks for an API. Nobody calls this one.
import { Hono } from "hono";

export default new Hono();
