import pytest

from engine.ingest.parsers.archives import member_names


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "审批文件/附件说明书_V4.0.doc"),
        ("gbk", "新建文本文档.txt"),
        ("cp932", "報告書/テスト資料.txt"),
        ("cp932", "新しいフォルダ/契約.txt"),
        ("big5", "合約文件.doc"),
        ("cp949", "보고서 자료.hwp"),
        ("cp949", "계약서.doc"),
        ("cp866", "Договор аренды.doc"),
        ("cp1251", "Договор аренды.doc"),
        ("cp850", "Übersicht Größe.doc"),
        ("cp1252", "Übersicht Größe.doc"),
        ("utf-8", "Größe 船.txt"),
    ],
)
def test_names_without_a_mark_are_read_in_their_encoding(encoding: str, name: str) -> None:
    assert member_names.decode_all([name.encode(encoding)]) == [name]


def test_names_of_one_archive_help_each_other() -> None:
    names = ["审计.doc", "合同.txt", "plain.txt"]
    assert member_names.decode_all([name.encode("gbk") for name in names]) == names


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/file.txt", "abs/file.txt"),
        ("C:\\Users\\me\\..\\a.txt", "Users/me/a.txt"),
        ("..\\..\\x", "x"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("a\0b\nc.txt", "abc.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_never_lead_out(name: str, clean: str) -> None:
    assert member_names.clean(name) == clean


def test_the_same_name_twice() -> None:
    taken: set[str] = set()
    assert [member_names.unique(name, taken) for name in ("a.txt", "a.txt", "b", "b")] == [
        "a.txt",
        "a (2).txt",
        "b",
        "b (2)",
    ]
