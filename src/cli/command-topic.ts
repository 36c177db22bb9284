/** What `wrp help command` prints: the protocol between wrp and a router that is a process of its own. */
export const COMMAND_TOPIC = `Routers in any language: policies of kind command (protocol 1)

  policies:
    - name: mine
      kind: command
      command: [python3, router.py]  a list, or one text as a shell would split it (no shell runs)
      cwd: routers                   relative to the config; default: its folder
                                     (on the command line: the working directory)
      env: { MODE: fast }            added to the environment that wrp has
      timeoutMs: 10000               longest wait for an answer
      startTimeoutMs: 60000          longest wait for the first one
      memoryMb: 2048                 resident memory of it and all that it starts; null: any
      inFlight: 1                    requests that may wait for their answers at a time
      version: "3"                   of its code, see below

  wrp eval data.jsonl --policy 'command(command="python3 router.py",name=mine)'
  wrp route "Why is the sky blue?" --policy 'command(command="./router.sh")'

One process decides the whole run. It reads requests on stdin and writes answers to stdout, one JSON object
a line (UTF-8, at most 1 MiB an answer), and flushes each. stdout is for answers alone; what it writes to
stderr is shown when something goes wrong. It gets prompts and nothing of their outcomes; they go to this
process only.

First line on stdin (nothing needs to be answered; {"type":"hello","protocol":1} may be):

  {"type":"hello","protocol":1,"models":[{"name":"small","qualityMean":0.61,"costUsdPer1k":0.2}],"policy":"mine"}

  qualityMean is the mean grade, costUsdPer1k USD per 1,000 prompts: of the training part with --split test,
  else of the prompts that are judged; left out where they are not known.

Then one request a prompt. What is not known of a prompt is left out:

  {"type":"route","id":"0","prompt":{"id":"q1","dataset":"desk","tags":["pii"],"lengthCodePoints":2,"tokens":1,
   "session":"s","turn":0,"text":"Hi","messages":[{"role":"user","content":"Hi"}]},"meta":{"team":"desk"},"signals":{}}

  text is the messages' texts joined by newlines, tokens is counted in o200k where the data has no count.

An answer has the request's id, and one of model, alternatives and error:

  {"id":"0","model":"small"}
  {"id":"0","model":"small","rule":"short","facts":{"length":2}}
  {"id":"0","alternatives":[{"model":"small","probability":0.8},{"model":"large","probability":0.2}]}
  {"id":"0","model":null,"rule":"out of scope"}   undecided: a gap, counted
  {"id":"0","error":"no index"}                   undecided too, and the report warns of it

  rule and facts are why: wrp route shows both, per-prompt decisions the rule. Of alternatives one is drawn
  for each prompt by the run's seed; a model beside them is left aside. Other fields are left aside too.

With inFlight above 1 the next requests come before the answers, which may then come in any order. A request
that nobody answers ends the run when no other answer has come for timeoutMs.

At the end stdin is closed. The process then has 2 s to exit, is sent SIGTERM, and killed after one more
second. An interrupt and every error kill it at once, and with it all that it started and that stayed in its
session. So does the end of wrp itself, even by kill -9.

The run ends with exit code 2 where the command is not found, exits early, does not answer in time, takes too
much memory, or writes what is no answer: no JSON, an unknown model, an id that was not asked or is answered
already.

Its code may change while its name stays, so it is asked again in every run, and a stored report is used
again only where it decided as before. With version (change it with the code) its decisions are kept. A stored
run's decisions are read from the store: wrp report and wrp compare start nothing, and wrp route starts only
what wrp.yaml or --policy says.

The report's timing.overhead has the wall time of a decision from request to answer (with inFlight above 1:
waiting in line included), and apart from it the time to the first answer.

Examples in Python and in shell: examples/router.py, examples/router.sh, examples/command.wrp.yaml
`;
