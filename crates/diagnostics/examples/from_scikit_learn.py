"""Counts errors with scikit-learn, for `plumb diagnose figures.json` and `plumb diagnose predictions.csv`.

General data: the digits of scikit-learn's own set. Target: the same digits under noise, as a worse scanner
would read them. Run it with scikit-learn installed; it writes figures.json and predictions.csv.
"""

import csv
import json

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x_train, x_held, y_train, y_held = train_test_split(x, y, train_size=900, random_state=0, stratify=y)
x_train_dev, x_target, y_train_dev, y_target = train_test_split(
    x_held, y_held, train_size=400, random_state=0, stratify=y_held
)
x_target = np.clip(x_target + np.random.default_rng(0).normal(0, 4, x_target.shape), 0, 16)
x_dev, x_test, y_dev, y_test = train_test_split(
    x_target, y_target, train_size=0.5, random_state=0, stratify=y_target
)

model = LogisticRegression(max_iter=2000).fit(x_train, y_train)
sets = {
    "train": (x_train, y_train),
    "train_dev": (x_train_dev, y_train_dev),
    "dev": (x_dev, y_dev),
    "test": (x_test, y_test),
}
figures = {"human": 0.01}
with open("predictions.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["set", "label", "predicted", "probability"])
    for name, (inputs, labels) in sets.items():
        probabilities = model.predict_proba(inputs)
        predicted = probabilities.argmax(axis=1)
        figures[name] = {"errors": int((predicted != labels).sum()), "n": len(labels)}
        for label, guess, row in zip(labels, predicted, probabilities):
            table.writerow([name, label, guess, f"{row.max():.6f}"])
with open("figures.json", "w") as file:
    json.dump(figures, file, indent=2)
    file.write("\n")
