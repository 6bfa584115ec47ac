// The command line: every command with its options and its help. What a command does is in commands/.
import { Command, CommanderError, Option } from "commander";
import type { Composition } from "./composition.ts";
import { UsageError } from "./graph-file.ts";

const repeated = (flags: string, words: string, none: string) =>
  new Option(flags, `${words}; may be repeated`)
    .argParser((value: string, before: string[]) => [...before, value])
    .default([], none);
const json = () => new Option("--json", "print JSON instead of text");
const set = () => repeated("--set <node.param=JSON>", "change a parameter for this call", "none");
const to = () => repeated("--to <node>", "only what this node needs", "everything");
const allow = () =>
  repeated("--allow <directory>", "a folder that graphs in the editor may read data from", "each graph's own");

/** Runs the command that the process was started with, and gives its exit status. */
export async function runProgram(composition: Composition): Promise<number> {
  try {
    await createProgram(composition).parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function createProgram(composition: Composition): Command {
  const program = new Command("heddle")
    .description("Heddle: typed LLM pipelines, on the canvas and headless.")
    .version(composition.version)
    .showHelpAfterError("(heddle --help lists the commands)")
    .exitOverride();

  program
    .command("start")
    .description("Start the runtime and the editor on one loopback port, and print the address with its token.")
    .option("--port <number>", "port to listen on; 0 takes a free one", "4310")
    .option("--host <address>", "listen on another address than 127.0.0.1; every request still needs the token")
    .addOption(allow())
    .option("--no-open", "do not open the browser")
    .action(async (options) => (await import("./commands/start.ts")).start(composition, options));
  program
    .command("check")
    .description("Compile a graph and print its issues. Exit status 2 where it is not valid.")
    .argument("<file>", "a .heddle.json file")
    .addOption(set())
    .addOption(json())
    .action(async (file, options) => (await import("./commands/inspect.ts")).check(composition, file, options));
  program
    .command("plan")
    .description("Print the steps of a graph in order, with their types. Starts nothing.")
    .argument("<file>", "a .heddle.json file")
    .addOption(set())
    .addOption(json())
    .action(async (file, options) => (await import("./commands/inspect.ts")).plan(composition, file, options));
  program
    .command("explain")
    .description("Say for every step, or one, whether it will run and why.")
    .argument("<file>", "a .heddle.json file")
    .argument("[node]", "only this node")
    .addOption(set())
    .addOption(json())
    .action(async (file, node, options) =>
      (await import("./commands/inspect.ts")).explain(composition, file, node, options),
    );
  program
    .command("run")
    .description("Run a graph. Exit status 0 done, 1 a step failed, 2 the graph is not valid, 130 cancelled.")
    .argument("<file>", "a .heddle.json file")
    .addOption(set())
    .addOption(to())
    .addOption(json())
    .action(async (file, options) => (await import("./commands/run.ts")).run(composition, file, options));
  program
    .command("get")
    .description(
      "Copy one output of a run: rows as Parquet or JSONL, models and adapters as directories, GGUF as a file.",
    )
    .argument("<run>", "the run's id, as `heddle run` prints it")
    .argument("<node.port>", "the output")
    .requiredOption("--to <directory>", "where to put it")
    .addOption(new Option("--format <format>", "for rows").choices(["parquet", "jsonl"]).default("parquet"))
    .action(async (run, output, options) => (await import("./commands/get.ts")).get(composition, run, output, options));
  program
    .command("nodes")
    .description("List the catalogue: every node with its parameters as JSON Schema, its ports and a summary.")
    .addOption(json())
    .action(async (options) => (await import("./commands/nodes.ts")).nodes(composition, options));
  addSecretCommands(program, composition);
  program
    .command("exec")
    .description("Run one attempt: the only command that runs on a worker.")
    .argument("<attempt>", "an attempt.json file")
    .action(async (attempt) => (await import("./commands/exec.ts")).exec(attempt));
  program
    .command("doctor")
    .description("Check what Heddle needs on this machine, and say what to do where something is missing.")
    .addOption(json())
    .action(async (options) => (await import("./commands/doctor.ts")).doctor(composition, options));
  return program;
}

function addSecretCommands(program: Command, composition: Composition): void {
  const secret = program
    .command("secret")
    .description(
      "API keys and the like: graphs name them, nothing shows them. HEDDLE_SECRET_<NAME> works without a store.",
    );
  secret
    .command("set")
    .description("Add or replace a secret; its value comes from standard input or a hidden prompt.")
    .argument("<name>", "what graphs call it")
    .action(async (name) => (await import("./commands/secret.ts")).setSecret(composition, name));
  secret
    .command("list")
    .description("The names, when each was set, and the hosts that it may be sent to.")
    .addOption(json())
    .action(async (options) => (await import("./commands/secret.ts")).listSecrets(composition, options));
  secret
    .command("delete")
    .description("Remove a secret.")
    .argument("<name>")
    .action(async (name) => (await import("./commands/secret.ts")).deleteSecret(composition, name));
  secret
    .command("allow")
    .description("Let a secret be sent to a further host; by itself it goes only where it went first.")
    .argument("<name>")
    .argument("<host>", "host or host:port")
    .action(async (name, host) => (await import("./commands/secret.ts")).allowSecret(composition, name, host));
  const host = program
    .command("host")
    .description("Hosts of this machine and its network that runs from the editor may reach, such as localhost:11434.");
  host
    .command("allow")
    .argument("<host>", "host or host:port")
    .action(async (name) => (await import("./commands/secret.ts")).allowHost(composition, name));
  host.command("list").action(async () => (await import("./commands/secret.ts")).listHosts(composition));
  host
    .command("forget")
    .argument("<host>")
    .action(async (name) => (await import("./commands/secret.ts")).forgetHost(composition, name));
}
