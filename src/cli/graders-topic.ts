export const GRADERS_TOPIC = `Graders of live answers
A prompt's "grader" names one of these, and its "reference" is what they compare with; grader: in wrp.yaml is for prompts that have a reference and
name none. An answer that cannot be graded is a gap, never 0; a failed call has no grade. What a model writes between <think> and </think> before
its answer is left out. Grades are stored under the grader's name and version: a new grader buys no new answer.

exact              the whole answer; white space around it and line ends do not matter
normalized-exact   the same apart from case, punctuation at the ends and white space
multiple-choice    the letter A to J that the answer ends up with; two at once, or none, is wrong
numeric            the number after the last ####, in the last \\boxed{}, after "answer is", else the last one; whole numbers must be equal,
                   others within a millionth, or (reference with decimals and two digits that count) stated more finely and rounding to it
contains           the reference occurs in the answer; icontains: whatever the case
regex              an RE2 pattern is found in the answer, in linear time
json               equal as a value; a fence or prose around it is looked past. Without a reference: whether it holds JSON
json-schema        the answer satisfies the schema (2020-12 or draft-07); formats are not enforced, nothing is fetched, patterns are RE2
token-f1           F1 of words as in SQuAD (Rajpurkar et al. 2016); each Chinese or Japanese character is a word
rouge-l            F1 of the longest common subsequence of words (Lin 2004)
refusal            by patterns in several languages; the reference is "refuse" or "answer"
code               Python or JavaScript: the answer's code, then the reference's test. No network, 10 s, 512 MB, 64 processes, 64 KiB of output;
                   where it cannot be cut off from the network it is not run, and ungraded. It can read what you can read
similarity         cosine of the vectors of answer and reference, below 0 as 0, by an embedding model (embedder: in wrp.yaml: built-in, which is
                   English and costs nothing; {model: path.onnx} of your own; {live: {url: …, model: …}}: OpenAI, vLLM, llama.cpp, Ollama, TEI,
                   LiteLLM). An empty answer is 0. Another model or other dimensions grade anew. A live one's cost is told apart from the models'.
                   Cosines of unlike texts are seldom 0: compare them within one embedder only
judge              a live model (judge: {live: …} in wrp.yaml) that is asked twice, in both orders; the mean of its scores from 0 to 10, divided
                   by 10. Its cost is told apart from the models'

Names of other tools for the same (exact_match, mcq, f1, rougeL, is-json, gsm8k …) are understood.
A grader of your own: graders: {mine: {command: [python3, grade.py]}} in wrp.yaml. It reads lines {"id", "prompt", "answer", "reference"} and answers
each with a line {"id", "quality", "why"}, in any order. Raise its version when it grades otherwise.
`;
