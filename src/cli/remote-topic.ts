/** What `wrp help remote` prints: live routers judged beside policies. */
export const REMOTE_TOPIC = `Live routers: policies of kind remote

  backends:
    router: { url: "http://localhost:8801/v1" }
  models:                            what the pool's models cost, and which are trusted
    - { name: big,   price: { inputUsdPer1M: 0.4, outputUsdPer1M: 1.2 } }
    - { name: small, price: { inputUsdPer1M: 0.05, outputUsdPer1M: 0.2 } }
  policies:
    - name: production
      kind: remote
      live: router                   a backend, or {backend: router, model: auto, settings: {…}};
                                     the model asked for is "auto" unless you name one
      serves: { Qwen/Qwen3-32B: big, Qwen/Qwen3-8B: small }
                                     what the router calls models of the pool
      chosenBy: x-my-model           the response header that names the model, where wrp
                                     does not know it
      price: free                    of whatever it serves, instead of the models' prices

  wrp eval DATA --dry-run            what it would take
  wrp eval DATA --live --max-cost 2
  wrp eval DATA                      again, from what is kept

A router behind an OpenAI-compatible or Anthropic address (vLLM Semantic Router, Envoy AI Gateway, AIBrix,
LiteLLM, OpenRouter …) is asked each prompt once, with --live. Its answers are graded, kept and replayed as a
live model's are, and --retry-failed, --max-cost, --no-content and the rest hold for it. But it is no model: no
control chooses it, no rule can name it, it is not in the hull, and a prompt that it did not answer keeps
nothing else out of the comparison.

Who served a prompt is told by the header that chosenBy names; else by x-vsr-selected-model, x-selected-model
or ngrok-aig-model; else by the response's model. target-pod and x-litellm-model-id count where serves says
what they mean. Of several names the first that serves or the pool knows is taken.

A try costs what the model that served it costs: by the config's price, else by a dated list price of the
name that the router says. What nothing prices has no known cost (never 0), and then the router's mean has
none. Under a cap each call is held at the dearest that it may serve: those under serves and every priced
model of the config.

The report has its shares by who served, and by x-vsr-selected-decision (or x-vsr-selected-category,
x-aibrix-config-profile) where it is answered.

Example: examples/remote.wrp.yaml
`;
