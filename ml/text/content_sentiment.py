"""The learner of content_sentiment: text, image and both together, or an abstention with reason."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.learners import Run
from ml.text import images
from ml.text.languages import languages
from ml.text.plain import chunks, joined
from ml.text.sentiment import CLASSES, Sentiment, load
from ml.text.tokens import Bools, Floats, Tokens, tokenise
from townsquare.network import Texts
from townsquare.whole import write_text

LANGUAGES = frozenset({"en"})
_COLUMNS = ["content_id", "title", "body", "language", "media_path", "event_date"]


def learn(run: Run) -> dict[str, Any]:
    """Read the contents of the days that changed, or all when the model or a setting did."""
    model = load(run.memory("model"), run.network.texts.encoder)
    stamp = run.memory("state") / "version.txt"
    wanted = f"{model.version} {run.network.texts.model_dump_json()}"
    same = stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
    everything = run.full or not same
    chosen = None if everything else pc.field("event_date").isin(pa.array(run.dates, pa.date32()))
    contents = run.read("input_contents", _COLUMNS, chosen)
    rows = pa.concat_tables(
        [read(part, model, run.network.texts, _media(run)) for part in chunks(contents)]
    )
    run.write("content_sentiment", rows, everything=everything)
    write_text(stamp, wanted)
    abstained = pc.sum(pc.is_null(rows["label"])).as_py()
    return {"rows": len(rows), "model": model.version, "abstained": abstained or 0}


def _media(run: Run) -> Path | None:
    """The folder that media paths are relative to, where it is here."""
    for folder in (run.network.texts.media, run.network.source, run.home.exports):
        if folder is not None and folder.is_dir():
            return folder
    return None


def read(contents: pa.Table, model: Sentiment, settings: Texts, media: Path | None) -> pa.Table:
    """One row per content: probabilities or an abstention of the text, the image, and both."""
    texts = joined(contents["title"].to_pylist(), contents["body"].to_pylist())
    tokens = tokenise(texts)
    mood = model.read_tokens(tokens, texts)
    spoken = languages(contents["language"].to_pylist(), texts, tokens)
    reason = _abstentions(tokens, spoken, mood.probabilities, settings.abstain_below)
    silent = np.array([each is not None for each in reason], dtype=bool)
    seen = [_image(media, path) for path in contents["media_path"].to_pylist()]
    pleasure = np.array([each.pleasure if each else np.nan for each in seen], dtype=float)
    arousal = np.array([each.arousal if each else np.nan for each in seen], dtype=float)
    text_score = np.where(silent, np.nan, mood.scores)
    labels = pa.array([CLASSES[i] for i in mood.labels.tolist()], pa.string(), mask=silent)
    probabilities = {
        f"{name}_probability": pa.array(mood.probabilities[:, at], mask=silent)
        for at, name in enumerate(CLASSES)
    }
    return pa.table(
        {
            "content_id": contents["content_id"],
            "published_date": contents["event_date"],
            "language": pa.array(spoken, pa.string()),
            "label": labels,
            "abstained_because": pa.array(reason, pa.string()),
            **probabilities,
            "text_score": _numbers(text_score),
            "image_pleasure": _numbers(pleasure),
            "image_arousal": _numbers(arousal),
            "score": _numbers(fused(text_score, pleasure, settings.image_weight)),
            "model_version": pa.array([model.version] * len(contents), pa.string()),
        }
    )


def fused(text: Floats, image: Floats, image_weight: float) -> Floats:
    """Their weighted mean; either alone where the other is missing, NaN where both are."""
    weight = np.where(np.isnan(image), 0.0, np.where(np.isnan(text), 1.0, image_weight))
    both: Floats = (1 - weight) * np.nan_to_num(text) + weight * np.nan_to_num(image)
    return np.where(np.isnan(text) & np.isnan(image), np.nan, both)


def _abstentions(
    tokens: Tokens, spoken: list[str | None], probabilities: Floats, at_least: float
) -> list[str | None]:
    """Why each text is not judged, or None where it is."""
    words = np.array([t[:1].isalpha() or t[:1] > "\u2000" for t in tokens.types], dtype=bool)
    n_words = np.bincount(tokens.texts, words[tokens.ids], tokens.n_texts)
    wordless: Bools = n_words + (_rated(tokens) > 0) == 0
    unsure: Bools = probabilities.max(axis=1) < at_least
    return [
        "no words"
        if empty
        else "unknown language"
        if language is None
        else f"language {language}"
        if language not in LANGUAGES
        else "unsure"
        if doubt
        else None
        for empty, language, doubt in zip(wordless.tolist(), spoken, unsure.tolist(), strict=True)
    ]


def _rated(tokens: Tokens) -> Floats:
    """Rated signs, so that a text of one emoticon has something to say."""
    rated = tokens.facts.valence[tokens.ids] != 0
    return np.bincount(tokens.texts[rated], minlength=tokens.n_texts).astype(np.float64)


def _image(media: Path | None, path: str | None) -> images.Reading | None:
    """The reading of an image that is there and may be read; videos and the rest say nothing."""
    if media is None or not path:
        return None
    try:
        return images.read(images.confined(media, path))
    except images.UnreadableImageError:
        return None


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))
