from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.text import images


def painted(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "gif"])
def test_bright_and_vivid_pleases_and_dark_and_dull_does_not(tmp_path: Path, ending: str) -> None:
    bright = images.read(painted(tmp_path / f"a.{ending}", (250, 200, 60)))
    dull = images.read(painted(tmp_path / f"b.{ending}", (40, 38, 36)))
    assert bright.pleasure > 0.4 > 0 > dull.pleasure
    assert bright.arousal > 0


def test_the_published_weights_are_used() -> None:
    white, red = np.ones((4, 4, 3)), np.zeros((4, 4, 3))
    red[..., 0] = 1.0
    assert images.measure(white).pleasure == pytest.approx(0.69 - 0.22)
    assert images.measure(white).arousal == pytest.approx(-0.31 - 0.60)
    assert images.measure(red).pleasure == pytest.approx(0.69 + 0.22)
    assert images.measure(red).arousal == pytest.approx(-0.31 + 0.60)


def test_a_bomb_and_other_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = painted(tmp_path / "huge.png", (1, 1, 1), (8000, 5001))
    with pytest.raises(images.UnreadableImageError, match="pixels"):
        images.read(huge)
    (tmp_path / "text.png").write_text("not an image")
    with pytest.raises(images.UnreadableImageError, match="no PNG"):
        images.read(tmp_path / "text.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "other.png", format="TIFF")
    with pytest.raises(images.UnreadableImageError, match="no PNG"):
        images.read(tmp_path / "other.png")
    torn = painted(tmp_path / "torn.jpg", (9, 9, 9)).read_bytes()[:300]
    (tmp_path / "torn.jpg").write_bytes(torn)
    with pytest.raises(images.UnreadableImageError):
        images.read(tmp_path / "torn.jpg")
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    with pytest.raises(images.UnreadableImageError, match="larger"):
        images.read(huge)


@pytest.mark.parametrize("path", ["../out.png", "/etc/hostname", "link.png", "", "absent.png"])
def test_a_path_that_leaves_the_export_is_refused(tmp_path: Path, path: str) -> None:
    export = tmp_path / "export"
    export.mkdir()
    painted(tmp_path / "out.png", (1, 2, 3))
    (export / "link.png").symlink_to(tmp_path / "out.png")
    with pytest.raises(images.UnreadableImageError):
        images.confined(export, path)
    inside = painted(export / "in.png", (1, 2, 3))
    assert images.confined(export, "in.png") == inside.resolve()


@pytest.mark.parametrize("name", ["a" * 300, "what\0.png", "/".join("b" * 200 for _ in range(40))])
def test_a_name_that_no_file_can_have_is_no_image(tmp_path: Path, name: str) -> None:
    with pytest.raises(images.UnreadableImageError, match=r"cannot be looked for|is not there"):
        images.confined(tmp_path, name)
