import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader import UserError
from grader.submissions import Place, Reading, detect, read
from grader.submissions.documents import LARGEST
from grader.submissions.exports import origin_of
from tests.submissions.conftest import split

FORMAT = "canvas-download"
PAGE = (
    "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN'>\n<html><head>"
    "<title>Essay: Cy Doe</title></head>\n<body>\n<h1>Essay: Cy Doe</h1>\n"
    "<div style='width: 600px'>\n  <p>Trees &amp; votes</p>\n</div>\n</body></html>\n"
)
CLASS = {
    "obrienann_11_501_essay, final.txt": "first part",
    "obrienann_11_502_more.md": "second part",
    "obrienann_12_503_essay.txt": "another Ann",
    "smith_b_LATE_13_504_my_1_2_notes.txt": "late",
    "doecy_14_text.html": PAGE,
    "doedi_15_link.html": "<a href='https://example.org'>x</a>",
    "doeed_16_505_photo.png": "no text",
    "doeed_16_506_text.txt": "beside a photo",
    "doeflo_17_507_empty.txt": " \n",
    "LATE_anon_x7Qz2_508_essay.txt": "nobody knows",
    "notes of the teacher.txt": "not an answer",
    ".DS_Store": "x",
}
Write = Callable[[str, str | bytes], Path]
Pack = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def forest(reading: Reading) -> Reading:
    return replace(reading, question="random-forest")


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A function that writes a .zip and returns its path."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        path = tmp_path / "submissions.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return make


@pytest.fixture(params=["folder", "zip"])
def source(request: pytest.FixtureRequest, write: Write, pack: Pack) -> Path:
    if request.param == "zip":
        return pack(CLASS)
    for name, content in CLASS.items():
        path = write(f"class/{name}", content)
    return path.parent


def test_the_files_of_a_student_are_one_answer_in_the_order_of_their_names(
    source: Path, forest: Reading
) -> None:
    assert detect(source) == FORMAT
    submissions, _ = split(read(source, FORMAT, forest))
    assert {s.student: (s.name, s.text) for s in submissions} == {
        "11": ("obrienann", "first part\n\nsecond part"),
        "12": ("obrienann", "another Ann"),
        "13": ("smith_b", "late"),
        "14": ("doecy", "Trees & votes"),
        "16": ("doeed", "beside a photo"),
        "anon_x7Qz2": ("anon_x7Qz2", "nobody knows"),
    }
    assert submissions[-1].place == Place("smith_b_LATE_13_504_my_1_2_notes.txt")
    assert {origin_of(s.origin)["id"] for s in submissions} == {"11", "12", "13", "14", "16", ""}


def test_what_cannot_be_read_is_a_problem_with_its_file(source: Path, forest: Reading) -> None:
    _, problems = split(read(source, FORMAT, forest))
    assert {p.place.file: p.reason for p in problems}.keys() == {
        "doedi_15_link.html",
        "doeed_16_505_photo.png",
        "doeflo_17_507_empty.txt",
        "notes of the teacher.txt",
    }


def test_a_path_that_leads_out_of_a_zip_leads_nowhere(tmp_path: Path, pack: Pack, forest: Reading) -> None:
    path = pack({"../../ann_1_2_a.txt": "trees", "/etc/ben_2_3_a.txt": "votes"})
    before = sorted(tmp_path.parent.rglob("*"))
    submissions, problems = split(read(path, detect(path), forest))
    assert [s.text for s in submissions] == ["trees", "votes"]
    assert problems == []
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_file_that_unpacks_without_end_is_a_problem(pack: Pack, forest: Reading) -> None:
    path = pack({"ann_1_2_a.txt": bytes(LARGEST + 100), "ben_2_text.html": b" " * (LARGEST + 100)})
    submissions, problems = split(read(path, detect(path), forest))
    assert submissions == []
    assert [p.place.file for p in problems] == ["ann_1_2_a.txt", "ben_2_text.html"]


def test_a_broken_member_is_a_problem_and_the_others_are_read(pack: Pack, forest: Reading) -> None:
    path = pack({"ann_1_2_a.txt": "trees " * 100, "ben_2_3_a.txt": "votes"})
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)
    submissions, problems = split(read(path, FORMAT, forest))
    assert [s.text for s in submissions] == ["votes"]
    assert [p.place.file for p in problems] == ["ann_1_2_a.txt"]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_a_zip_that_cannot_be_read_or_is_empty_is_told(write: Write, forest: Reading, content: bytes) -> None:
    path = write("a.zip", content)
    with pytest.raises(UserError, match=r"a\.zip"):
        list(read(path, FORMAT, forest))
    with pytest.raises(UserError, match="of no kind that is read"):
        detect(path)


def test_a_call_that_does_not_fit_is_told(pack: Pack, reading: Reading) -> None:
    with pytest.raises(UserError, match="--question ID"):
        list(read(pack(CLASS), FORMAT, reading))


@pytest.mark.parametrize(
    "names",
    [
        ["ann.txt", "ben.txt"],
        ["ann__pca.txt"],
        ["lab_1_2_ann.txt", "lab_1_2_ben.txt"],
        ["ann_1_2_a.txt", "ben.txt"],
        [".DS_Store"],
    ],
)
def test_a_plain_folder_is_no_download(write: Write, names: list[str]) -> None:
    for name in names:
        path = write(f"class/{name}", "x")
    assert detect(path.parent) == "folder"
