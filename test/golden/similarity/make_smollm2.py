"""CKA between all layers of SmolLM2-135M on 40 texts, by transformers and NumPy alone.

    python make_smollm2.py MODEL_FOLDER        # needs torch, transformers, numpy

MODEL_FOLDER: the weights of SmolLM2-135M-Instruct.Q4_1.gguf, dequantised, in Hugging Face layout. Texts: the first 40 of
samples/stimuli/language.csv. Layer i is the residual stream after block i, before the final norm, at the last token
(float32); Gram matrices and all that follows are float64: HSIC of centred Gram matrices (Kornblith et al. 2019, eq. 3)
and the unbiased HSIC (Song et al. 2012, eq. 5).
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
TEXTS = 40

with open(HERE / "../../../samples/stimuli/language.csv", newline="") as file:
    texts = [row["text"] for row in csv.DictReader(file)][:TEXTS]

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
current = {}
for index, block in enumerate(model.model.layers):
    block.register_forward_hook(
        lambda _module, _inputs, output, index=index: current.__setitem__(
            index, (output[0] if isinstance(output, tuple) else output)[0, -1].numpy()
        )
    )
layers = len(model.model.layers)
features = np.empty((layers, TEXTS, model.config.hidden_size))
with torch.no_grad():
    for i, text in enumerate(texts):
        model(**tokenizer(text, return_tensors="pt"))
        for index in range(layers):
            features[index, i] = current[index]

centre = np.eye(TEXTS) - 1 / TEXTS
grams = [x @ x.T for x in features]
centred = [centre @ k @ centre for k in grams]


def unbiased(k, l):
    n, one = TEXTS, np.ones(TEXTS)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    whole = np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)
    return whole / (n * (n - 3))


def matrix(hsic, of):
    values = np.array([[hsic(a, b) for b in of] for a in of])
    own = np.sqrt(np.diag(values))
    return values / own / own[:, None]


golden = {
    "texts": TEXTS,
    "cka": matrix(lambda a, b: (a * b).sum(), centred),
    # Centring changes nothing of the unbiased estimate but its rounding.
    "debiased-cka": matrix(unbiased, centred),
}
lines = [f"{json.dumps(key)}: {json.dumps(value, default=lambda a: np.round(a.ravel(), 12).tolist())}" for key, value in golden.items()]
(HERE / "smollm2.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
