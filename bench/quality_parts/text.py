"""Sentiment and topics beside VADER and linear SVMs; mood shifts and topics of the simulator."""

import html
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality_parts import Asked
from ml.text import classifier, encoder, rater
from ml.text.learning import SHARE_OF_MEANINGS, calibration_error
from ml.text.sentiment import CLASSES, LEXICON_VERSION, Sentiment

Row = dict[str, str]
Found = tuple[str, str, str, float, float | None, float | None, str]
Labels = NDArray[np.int64]
_DRAWS = 1_000
_JUDGED = "twitter-2016test-A.tsv"


def measure(asked: Asked) -> Iterator[Row]:
    """Every line of the table."""
    data = asked.data
    parts = [
        semeval(data / "sentiment" / "semeval", asked.encoder),
        rated(data / "sentiment" / "vader_tweets_GroundTruth.txt"),
        *(tweeteval(data / "topics" / task) for task in ("emotion", "offensive")),
        simulated(),
    ]
    for found in chain.from_iterable(parts):
        yield row(*found)


def row(
    on: str, measured: str, who: str, value: float, low: float | None, high: float | None, bar: str
) -> Row:
    """One line of the table; a value without an interval was counted, not drawn."""
    said = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"
    between = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return {"what": f"{on}: {measured}", "who": who, "value": said + between, "bar": bar}


def semeval(folder: Path, model_folder: Path | None) -> Iterator[Found]:
    """Trained on all files but one, judged on that one; tweets of both count for the judged."""
    judged = dict(tweets(folder / _JUDGED))
    train = {
        text: label
        for path in sorted(folder.glob("*.tsv"))
        if path.name != _JUDGED
        for text, label in tweets(path)
        if text not in judged
    }
    texts, labels = list(train), np.array(list(train.values()))
    asked, truth = list(judged), np.array(list(judged.values()))
    model, held_out = classifier.train(texts, labels, CLASSES, SHARE_OF_MEANINGS)
    probabilities = model.probabilities(asked)
    told = {
        "VADER": vader(asked),
        "word TF-IDF, linear SVM": svm(texts, labels, asked),
        "Townsquare, lexicon only": Sentiment(LEXICON_VERSION).read(asked).labels,
        "Townsquare, trained": model.decide(probabilities),
    }
    told |= encoded(model_folder, model, (texts, labels, held_out), asked)
    for who, said in told.items():
        yield "SemEval 2016 test", "macro recall", who, *interval(truth, said, recall), ".66"
    yield from sureness(truth, model.decide(probabilities), probabilities)
    began, reader = time.process_time(), Sentiment("trained", model)
    reader.read(asked)
    seconds = time.process_time() - began
    yield (
        "SemEval 2016 test",
        "texts a CPU second",
        "Townsquare, trained",
        (len(asked) / seconds),
        None,
        None,
        "5,000",
    )


def sureness(truth: Labels, told: Labels, probabilities: Any) -> Iterator[Found]:
    """Whether the probabilities are as often right as they say, and what is told by sure ones."""
    on, who = "SemEval 2016 test", "Townsquare, trained"
    yield on, "calibration error", who, calibration_error(truth, probabilities), None, None, ""
    sure = probabilities.max(axis=1) >= 0.6
    measured = f"macro recall of the {sure.mean():.0%} told with .6 or more"
    yield on, measured, who, *interval(truth[sure], told[sure], recall), ""


def encoded(
    folder: Path | None,
    model: classifier.Classifier,
    learned: tuple[list[str], Labels, Any],
    asked: list[str],
) -> dict[str, Labels]:
    """What the trained reader says with an encoder, where one is given; nothing otherwise."""
    if folder is None:
        print("Without an encoder: --encoder names no folder of a sentence-transformers model.")
        return {}
    texts, labels, held_out = learned
    used = encoder.load(folder)
    head, _ = encoder.train(encoder.vectors(used, texts), labels, held_out)
    reader = Sentiment("encoded", model, head=head, encoder=used)
    return {f"Townsquare, trained, with {folder.name}": reader.read(asked).labels}


def tweets(path: Path) -> Iterator[tuple[str, int]]:
    """Text and class of each line; the files escape what is not ASCII."""
    for each in path.read_text(encoding="utf-8").splitlines():
        _, label, text = each.split("\t")[:3]
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        yield html.unescape(text.strip().strip('"').replace('""', '"')), CLASSES.index(label)


def vader(texts: list[str]) -> Labels:
    """By the thresholds that its authors publish."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    scores = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    return np.where(scores >= 0.05, 2, np.where(scores <= -0.05, 0, 1))


def svm(texts: list[str], labels: Labels, asked: list[str]) -> Labels:
    """The usual baseline, every class weighing the same."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = LinearSVC(C=0.1, class_weight="balanced").fit(words.fit_transform(texts), labels)
    return np.asarray(model.predict(words.transform(asked)))


def rated(path: Path) -> Iterator[Found]:
    """Five folds in turn: who is judged on a tweet has not seen its rating."""
    rows = [
        row.split("\t") for row in path.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    texts = [html.unescape(row[2].strip()) for row in rows]
    truth = np.array([float(row[1]) for row in rows])
    fold = np.random.default_rng(0).integers(0, 5, len(rows))
    told = np.zeros(len(rows))
    for left_out in range(5):
        out = fold == left_out
        model = rater.train([t for t, o in zip(texts, out, strict=True) if not o], truth[~out])
        told[out] = model.rate([t for t, o in zip(texts, out, strict=True) if o])
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    lexicon = Sentiment(LEXICON_VERSION).read(texts).scores
    for who, said in (
        ("VADER", compound),
        ("Townsquare, lexicon only", lexicon),
        ("Townsquare, trained on other folds", told),
    ):
        yield "VADER's tweets", "correlation", who, *interval(truth, said, correlation), ".89"


def tweeteval(folder: Path) -> Iterator[Found]:
    """Trained on the training part, judged on the validation part."""
    parts = {
        part: (
            (folder / f"{part}_text.txt").read_text(encoding="utf-8").splitlines(),
            np.loadtxt(folder / f"{part}_labels.txt", dtype=np.int64),
        )
        for part in ("train", "val")
    }
    (texts, labels), (asked, truth) = parts["train"], parts["val"]
    classes = [str(each) for each in np.unique(labels)]
    model, held_out = classifier.train(texts, labels, classes)
    told = {
        "word TF-IDF, linear SVM": svm(texts, labels, asked),
        "Townsquare": decided(model, held_out, labels, model.probabilities(asked)),
    }
    for who, said in told.items():
        yield f"TweetEval {folder.name} (val)", "macro F1", who, *interval(truth, said, f1), "+.03"


def decided(
    model: classifier.Classifier, held_out: Any, labels: Labels, probabilities: Any
) -> Labels:
    """Class priors raised to the power that gives held-out training texts the best F1."""
    powers = np.linspace(0, 1, 11)
    best = max(powers, key=lambda p: f1(labels, np.argmax(held_out / model.shares**p, axis=1)))
    return np.argmax(probabilities / model.shares**best, axis=1)


def simulated(users: int = 20_000, days: int = 180, seed: int = 11) -> Iterator[Found]:
    """Topics against the truth, and the dates on which moods were shifted."""
    from bench.quality_parts._texts import learned_truth

    with tempfile.TemporaryDirectory() as folder:
        found = learned_truth(Path(folder), users, days, seed)
    on = f"simulator, {users:,} users"
    truth, told = found["topics"]
    yield on, "topics, macro F1", "Townsquare", *interval(truth, told, f1), ".8"
    truth, told = found["untagged"]
    yield on, "topics, macro F1, no tags", "Townsquare", *interval(truth, told, f1), ""
    near = found["near"]
    yield on, f"{len(near)} mood shifts within 2 days", "Townsquare", *share(near), ".9"
    yield (
        on,
        "changes that are no shift, a topic and year",
        "Townsquare",
        found["false"],
        None,
        None,
        "",
    )
    yield (
        on,
        "contents a CPU second",
        "Townsquare, lexicon",
        found["a_second"],
        None,
        None,
        "5,000",
    )


def recall(truth: Labels, told: Labels) -> float:
    """Mean recall of the classes."""
    return float(np.mean([np.mean(told[truth == c] == c) for c in np.unique(truth)]))


def f1(truth: Labels, told: Labels) -> float:
    """Mean F1 of the true classes."""
    scores = []
    for each in np.unique(truth):
        both = np.sum((truth == each) & (told == each))
        scores.append(2 * both / (np.sum(truth == each) + np.sum(told == each)))
    return float(np.mean(scores))


def correlation(truth: NDArray[Any], told: NDArray[Any]) -> float:
    """Pearson's."""
    return float(np.corrcoef(truth, told)[0, 1])


def interval(
    truth: NDArray[Any], told: NDArray[Any], measured: Callable[[Any, Any], float]
) -> tuple[float, float, float]:
    """The value and its 95 % bootstrap interval over texts."""
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(_DRAWS if len(truth) < 30_000 else 200):
        rows = rng.integers(0, len(truth), len(truth))
        drawn.append(measured(truth[rows], told[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return measured(truth, told), float(low), float(high)


def share(hits: NDArray[np.bool_]) -> tuple[float, float, float]:
    """A share and its Wilson interval."""
    n, p, z = len(hits), float(np.mean(hits)), 1.96
    middle, width = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, float((middle - width) / (1 + z**2 / n)), float((middle + width) / (1 + z**2 / n))
