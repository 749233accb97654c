"""Layer-wise brain scores of a language model on Tuckute et al. 2024, computed with transformers and himalaya alone.

    python make.py MODEL_FOLDER TUCKUTE_FOLDER

Writes reference.json beside this script (r per layer and region, mean over folds) and folds.npy (the fold of each
sentence). The data themselves are not part of this project. Layer i is the residual stream after block i, before the
final norm; a sentence is the last token of its text; features are standardised on training rows (ddof 0).
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np
import torch
from himalaya.ridge import RidgeCV
from sklearn.model_selection import KFold
from transformers import AutoModelForCausalLM, AutoTokenizer

REGIONS = ["lang_LH_IFGorb", "lang_LH_IFG", "lang_LH_MFG", "lang_LH_AntTemp", "lang_LH_PostTemp", "lang_LH_netw"]
ALPHAS = np.logspace(-3, 8, 12)


def activations(folder, texts):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    blocks = model.model.layers
    rows = np.empty((len(blocks), len(texts), model.config.hidden_size), np.float32)
    current = {}
    for index, block in enumerate(blocks):
        block.register_forward_hook(
            lambda _module, _inputs, output, index=index: current.__setitem__(
                index, (output[0] if isinstance(output, tuple) else output)[0, -1].numpy()
            )
        )
    with torch.no_grad():
        for i, text in enumerate(texts):
            model(**tokenizer(text, return_tensors="pt"))
            for index in range(len(blocks)):
                rows[index, i] = current[index]
    return rows


def score(features, responses, folds):
    values = np.zeros((folds.max() + 1, responses.shape[1]))
    for fold in range(folds.max() + 1):
        train, test = folds != fold, folds == fold
        mean, sd = features[train].mean(0, dtype=np.float64), features[train].std(0, dtype=np.float64)
        standard = (features - mean) / np.where(sd == 0, 1, sd)
        ridge = RidgeCV(alphas=ALPHAS, cv=5, fit_intercept=True).fit(standard[train], responses[train])
        predicted = ridge.predict(standard[test])
        for unit in range(responses.shape[1]):
            values[fold, unit] = np.corrcoef(predicted[:, unit], responses[test, unit])[0, 1]
    return np.nan_to_num(values).mean(0)


def main():
    folder, data = sys.argv[1], Path(sys.argv[2])
    with open(data / "bold_response_LH.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    responses = np.array([[float(row[region]) for region in REGIONS] for row in rows])
    folds = np.empty(len(rows), np.int32)
    for fold, (_, test) in enumerate(KFold(5, shuffle=True, random_state=0).split(rows)):
        folds[test] = fold
    layers = activations(folder, [row["sentence"] for row in rows])
    scores = [score(layer, responses, folds).round(6).tolist() for layer in layers]
    here = Path(__file__).parent
    np.save(here / "folds.npy", folds)
    (here / "reference.json").write_text(json.dumps({"regions": REGIONS, "scores": scores}) + "\n")


main()
