// npm's official client: starts the command that it is given, and prints what it gets as JSON.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: "test", version: "1.0.0" });
await client.connect(new StdioClientTransport({ command, args, env: process.env }));
const call = (name, input) => client.callTool({ name, arguments: input });
const { tools } = await client.listTools();
const { resources } = await client.listResources();
const { prompts } = await client.listPrompts();
const answer = await call("query_metrics", { metrics: ["captured_count"], by: ["account"], time: "2026-01" });
const refused = await call("query_metrics", { metrics: ["captured_minor"] });
console.log(
  JSON.stringify({
    tools: tools.map((one) => one.name),
    resources: resources.map((one) => one.uri),
    prompts: prompts.map((one) => one.name),
    answer: answer.structuredContent,
    refused: refused.isError,
    reason: refused.content[0].text,
  }),
);
await client.close();
