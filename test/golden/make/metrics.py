# Metrics over an epoch of two batches, by scikit-learn's functions.
import math

import numpy as np
from sklearn import metrics as sk
from sklearn.metrics.pairwise import paired_cosine_distances

B, N, T, V = 2, 6, 3, 5

CIRCUMSTANCES = {"plain": (), "weighted": ("weight",), "masked": ("mask",), "both": ("weight", "mask")}


def cases(goldens):
    for circumstance, has in CIRCUMSTANCES.items():
        for name, (make, table) in KINDS.items():
            one(goldens, f"metric-{name}-{circumstance}", has, make, table)


def one(goldens, id, has, make, table):
    """
    in.x [B,N,T,.], in.target, in.weight [B,N], in.mask [B,N,T]; a row is a step of a sample, weighted by its sample. What a
    mask leaves out is handed to no function.
    """

    def inputs(r):
        t = make(r)
        if "weight" in has:
            t["in.weight"] = r.uniform(B, N, low=0.5, high=3)
        if "mask" in has:
            t["in.mask"] = (r.uniform(B, N, T) > 0.3).astype("int32")
        return t

    def compute(t):
        given = {k: v.numpy().astype(np.float64 if v.is_floating_point() else int) for k, v in t.items()}
        counts = given.get("in.mask", np.ones((B, N, T))).flatten() == 1
        weights = np.repeat(given.get("in.weight", np.ones((B, N))).flatten(), T)[counts]
        # Metrics know the numbers as they are stored; sums in float32 would be of no use here.
        x, target = (flat(given[k])[counts] for k in ("in.x", "in.target"))
        return {key: f(x, target, weights) for key, (_, _, f) in table.items()}

    listed = [{"key": key, "className": c, "config": config} for key, (c, config, _) in table.items()]
    goldens.add(id, "metric", {"metrics": listed}, inputs, compute)


def flat(array):
    """[B,N,T,...] to [B*N*T,...]."""
    return array.reshape(-1, *array.shape[3:])


# Classes: the largest score counts.


def classes(r):
    return {"in.x": r.normal(B, N, T, V, scale=1.5), "in.target": r.integers(V, B, N, T)}


def hot(r):
    return {"in.x": r.normal(B, N, T, V, scale=1.5), "in.target": np.eye(V)[r.integers(V, B, N, T)]}


def fractions(r):
    return {"in.x": r.uniform(B, N, T, V, low=0.02, high=0.9), "in.target": r.integers(V, B, N, T)}


def tags(r):
    return {"in.x": r.integers(V, B, N, T), "in.target": r.integers(V, B, N, T)}


def best(x):
    return x.argmax(-1) if x.ndim > 1 else x


def label(t):
    return t.argmax(-1) if t.ndim > 1 else t


def accuracy(x, t, w):
    return sk.accuracy_score(label(t), best(x), sample_weight=w)


def top(k):
    every = range(V)
    return lambda x, t, w: sk.top_k_accuracy_score(label(t), x, k=k, sample_weight=w, labels=every)


def of_classes(f, average):
    """A function of hits for all classes, or for one where `average` is a number."""
    one_class = isinstance(average, int)
    every = [average] if one_class else list(range(V))

    def compute(x, t, w):
        kind = "macro" if one_class else average
        return f(label(t), best(x), labels=every, average=kind, sample_weight=w, zero_division=0)

    return compute


def perplexity(x, t, w):
    e = np.exp(x - x.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    return math.exp(sk.log_loss(label(t), p, eps=1e-300, sample_weight=w, labels=range(V)))


def without(c, f):
    """Rows whose label is c left out."""
    return lambda x, t, w: f(x[t != c], t[t != c], w[t != c])


SPARSE = {
    "accuracy": ("Accuracy", {}, accuracy),
    "sparse": ("SparseCategoricalAccuracy", {}, accuracy),
    "ignored": ("SparseCategoricalAccuracy", {"ignoreClass": 3}, without(3, accuracy)),
    "top 3": ("SparseTopKCategoricalAccuracy", {"k": 3}, top(3)),
    "perplexity": ("Perplexity", {"fromLogits": True}, perplexity),
    "perplexity ignored": ("Perplexity", {"fromLogits": True, "ignoreClass": 1}, without(1, perplexity)),
    "f1 macro": ("F1Score", {}, of_classes(sk.f1_score, "macro")),
    "f1 micro": ("F1Score", {"average": "micro"}, of_classes(sk.f1_score, "micro")),
    "f1 weighted": ("F1Score", {"average": "weighted"}, of_classes(sk.f1_score, "weighted")),
    "f1 of 2": ("F1Score", {"average": 2}, of_classes(sk.f1_score, 2)),
    "precision macro": ("Precision", {}, of_classes(sk.precision_score, "macro")),
    "precision of 0": ("Precision", {"average": 0}, of_classes(sk.precision_score, 0)),
    "recall macro": ("Recall", {}, of_classes(sk.recall_score, "macro")),
    "recall weighted": ("Recall", {"average": "weighted"}, of_classes(sk.recall_score, "weighted")),
}
HOT = {
    "accuracy": ("Accuracy", {}, accuracy),
    "categorical": ("CategoricalAccuracy", {}, accuracy),
    "top 2": ("TopKCategoricalAccuracy", {"k": 2}, top(2)),
    "perplexity": ("Perplexity", {"fromLogits": True}, perplexity),
    "f1 macro": ("F1Score", {"threshold": None}, of_classes(sk.f1_score, "macro")),
}
FRACTIONS = {
    "perplexity": ("Perplexity", {"fromLogits": False}, lambda x, t, w: perplexity(np.log(x), t, w)),
    "cross entropy": (
        "SparseCategoricalCrossentropy",
        {"fromLogits": False},
        lambda x, t, w: sk.log_loss(t, x / x.sum(-1, keepdims=True), sample_weight=w, labels=range(V)),
    ),
}
TAGS = {
    "accuracy": ("Accuracy", {}, accuracy),
    "tags": ("TagAccuracy", {}, accuracy),
    "f1 macro": ("F1Score", {"classes": V}, of_classes(sk.f1_score, "macro")),
}


# Questions of yes or no, one a column.

COLUMNS = 3


def questions(r):
    return {"in.x": r.uniform(B, N, T, COLUMNS), "in.target": r.chosen([0, 1], B, N, T, COLUMNS)}


def hamming(threshold):
    return lambda x, t, w: 1 - sk.hamming_loss(t, x > threshold, sample_weight=w)


def of_columns(f, average, threshold=0.5):
    def compute(x, t, w):
        if isinstance(average, int):
            x, t = x[:, average], t[:, average]
            return f(t, x > threshold, sample_weight=w, zero_division=0)
        return f(t, x > threshold, average=average, sample_weight=w, zero_division=0)

    return compute


MANY = {
    "binary": ("BinaryAccuracy", {}, hamming(0.5)),
    "binary at 0.3": ("BinaryAccuracy", {"threshold": 0.3}, hamming(0.3)),
    "precision": ("Precision", {}, of_columns(sk.precision_score, "micro")),
    "recall at 0.7": ("Recall", {"threshold": 0.7}, of_columns(sk.recall_score, "micro", 0.7)),
    "recall weighted": ("Recall", {"average": "weighted"}, of_columns(sk.recall_score, "weighted")),
    "f1 macro": ("F1Score", {"average": "macro"}, of_columns(sk.f1_score, "macro")),
    "f1 of 1": ("F1Score", {"average": 1}, of_columns(sk.f1_score, 1)),
}


# One question: areas under curves. Keras takes a curve at 200 thresholds; the scores lie on 20 levels between them, so
# that every level is a point of its curve, which is then scikit-learn's.

LEVELS = 0.025 + 0.05 * np.arange(20)


def answers(logits):
    def make(r):
        p = r.chosen(LEVELS, B, N, T, 1)
        target = (r.uniform(B, N, T, 1) < 0.2 + 0.6 * p).astype("float32")
        return {"in.x": np.log(p / (1 - p)) if logits else p, "in.target": target}

    return make


def area(x, t, w):
    return sk.roc_auc_score(t[:, 0], x[:, 0], sample_weight=w)


def precision_recall(height):
    """The sum over scikit-learn's points of the change in recall times a height between two precisions; at the far end,
    where nothing is predicted, Keras takes a precision of 0 and scikit-learn 1."""

    def compute(x, t, w):
        precision, recall, _ = sk.precision_recall_curve(t[:, 0], x[:, 0], sample_weight=w)
        precision[-1] = 0
        return float(np.sum((recall[:-1] - recall[1:]) * height(precision[:-1], precision[1:])))

    return compute


def davis_goadrich(x, t, w):
    """
    Davis and Goadrich 2006, theorem 5: between two points true positives grow in proportion to what is predicted. Keras
    lets the line of the first stretch, beyond which nothing is predicted, have the precision at its end.
    """
    _, recall, thresholds = sk.precision_recall_curve(t[:, 0], x[:, 0], sample_weight=w)
    positives = float(np.sum(w[t[:, 0] == 1]))
    hits = recall * positives
    predicted = [float(np.sum(w[x[:, 0] >= threshold])) for threshold in thresholds] + [0.0]
    total = 0.0
    for i in range(len(hits) - 1):
        dp = predicted[i] - predicted[i + 1]
        slope = (hits[i] - hits[i + 1]) / dp if dp > 0 else 0.0
        intercept = hits[i + 1] - slope * predicted[i + 1]
        both = predicted[i] > 0 and predicted[i + 1] > 0
        logarithm = math.log(predicted[i] / predicted[i + 1]) if both else 0.0
        total += slope * (hits[i] - hits[i + 1] + intercept * logarithm)
    return total / positives


def one_question(logits):
    """`more` says that predictions are logits."""
    more = {"fromLogits": True} if logits else {}
    at = lambda threshold: math.log(threshold / (1 - threshold)) if logits else threshold
    column = lambda f, threshold=0.5: of_columns(f, 0, at(threshold))
    return {
        "accuracy": ("Accuracy", more, hamming(at(0.5))),
        "binary at 0.2": ("BinaryAccuracy", {"threshold": 0.2, **more}, hamming(at(0.2))),
        "precision": ("Precision", more, column(sk.precision_score)),
        "recall": ("Recall", more, column(sk.recall_score)),
        "f1 at 0.3": ("F1Score", {"threshold": 0.3, **more}, column(sk.f1_score, 0.3)),
        "auc": ("AUC", more, area),
        "auc of 50": ("AUC", {"numThresholds": 50, **more}, area),
        "auc pr below": ("AUC", {"curve": "PR", "summationMethod": "minoring", **more}, precision_recall(np.minimum)),
        "auc pr above": ("AUC", {"curve": "PR", "summationMethod": "majoring", **more}, precision_recall(np.maximum)),
        "auc pr": ("AUC", {"curve": "PR", **more}, davis_goadrich),
    }


# Numbers.


def numbers(r):
    target = r.uniform(B, N, T, COLUMNS, low=0.3, high=4)
    return {"in.x": np.abs(target + r.normal(B, N, T, COLUMNS)), "in.target": target}


def error(f, scale=1):
    return lambda x, t, w: scale * f(t, x, sample_weight=w)


def cosine(x, t, w):
    return np.average(paired_cosine_distances(x, t) - 1, weights=w)


NUMBERS = {
    "mse": ("MeanSquaredError", {}, error(sk.mean_squared_error)),
    # The root of the mean over columns and rows, not the mean of roots.
    "rmse": ("RootMeanSquaredError", {}, lambda x, t, w: math.sqrt(sk.mean_squared_error(t, x, sample_weight=w))),
    "mae": ("MeanAbsoluteError", {}, error(sk.mean_absolute_error)),
    "mape": ("MeanAbsolutePercentageError", {}, error(sk.mean_absolute_percentage_error, 100)),
    "msle": ("MeanSquaredLogarithmicError", {}, error(sk.mean_squared_log_error)),
    "cosine": ("CosineSimilarity", {}, cosine),
}


def decisions(r):
    return {"in.x": r.normal(B, N, T, 1), "in.target": r.chosen([-1, 1], B, N, T, 1)}


def hinge(x, t, w):
    return sk.hinge_loss(t[:, 0], x[:, 0], sample_weight=w)


KINDS = {
    "labels": (classes, SPARSE),
    "one-hot": (hot, HOT),
    "fractions": (fractions, FRACTIONS),
    "tags": (tags, TAGS),
    "columns": (questions, MANY),
    "probabilities": (answers(False), one_question(False)),
    "logits": (answers(True), one_question(True)),
    "numbers": (numbers, NUMBERS),
    "hinge": (decisions, {"hinge": ("Hinge", {}, hinge)}),
}
