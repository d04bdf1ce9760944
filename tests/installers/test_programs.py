"""Programs are found where each system keeps them, with what their files tell and nothing more."""

from vem_installers.machine import ListedProgram
from vem_installers.programs import find_premiere, find_resolve

RESOLVE_ON_WINDOWS = r"C:\Program Files\Blackmagic Design\DaVinci Resolve"


def test_nothing_is_found_on_an_empty_machine(draw):
    for system in ("linux", "macos", "windows"):
        assert find_resolve(draw(system)) == ()
        assert find_premiere(draw(system)) == ()


def test_resolve_on_linux_says_no_more_than_its_texts(draw):
    (silent,) = find_resolve(draw("linux", {"/opt/resolve/bin/resolve": b"ELF"}))
    assert (silent.version, silent.edition) == (None, None)
    (studio,) = find_resolve(
        draw(
            "linux",
            {
                "/home/resolve/bin/resolve": b"",
                "/home/resolve/docs/Welcome.txt": b"Welcome to DaVinci Resolve Studio 20.1",
            },
        )
    )
    assert (studio.version, studio.edition) == ((20, 1), "Studio")
    assert str(studio) == "DaVinci Resolve Studio 20.1 in /home/resolve"


def test_resolve_on_macos_tells_its_version_and_the_store_s_studio_its_edition(draw, property_list):
    usual = "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Info.plist"
    store = "/Applications/DaVinci Resolve Studio.app/Contents/Info.plist"
    found = find_resolve(draw("macos", {usual: property_list("21.1.0"), store: property_list("20.3")}))
    assert [(one.version, one.edition) for one in found] == [((21, 1, 0), None), ((20, 3), "Studio")]


def test_a_broken_property_list_is_an_unknown_version(draw):
    for broken in (b"", b"<plist><dict>", b"bplist00garbage", b'{"no": "plist"}'):
        path = "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Info.plist"
        (found,) = find_resolve(draw("macos", {path: broken}))
        assert found.version is None


def test_resolve_on_windows_is_found_where_windows_says(draw):
    elsewhere = r"D:\Apps\Resolve"
    listed = (
        ListedProgram("DaVinci Resolve Keyboards", "1.0", r"C:\nowhere"),
        ListedProgram("DaVinci Resolve", "21.1.00012", elsewhere),
    )
    machine = draw(
        "windows", {rf"{elsewhere}\Resolve.exe": b"", rf"{RESOLVE_ON_WINDOWS}\Resolve.exe": b""}, listed=listed
    )
    assert [str(one.folder) for one in find_resolve(machine)] == [elsewhere, RESOLVE_ON_WINDOWS]
    assert find_resolve(machine)[0].version == (21, 1, 12)


def test_windows_other_disk_is_obeyed(draw):
    machine = draw(
        "windows",
        {r"E:\Programs\Blackmagic Design\DaVinci Resolve\Resolve.exe": b""},
        environment={"ProgramFiles": r"E:\Programs"},
    )
    assert len(find_resolve(machine)) == 1


def test_premiere_s_of_all_years_newest_first(draw, property_list):
    mac = draw(
        "macos",
        {
            "/Applications/Adobe Premiere Pro 2025/Adobe Premiere Pro 2025.app/Contents/Info.plist": property_list(
                "25.6.1"
            ),
            "/Applications/Adobe Premiere 2026/Adobe Premiere 2026.app/Contents/Info.plist": property_list("26.2.0"),
            "/Applications/Adobe Premiere Rush/x": b"",
            "/Applications/Adobe Photoshop 2026/x": b"",
        },
    )
    assert [one.version for one in find_premiere(mac)] == [(26, 2, 0), (25, 6, 1)]
    windows = draw(
        "windows",
        {
            r"C:\Program Files\Adobe\Adobe Premiere Pro 2024\Adobe Premiere Pro.exe": b"",
            r"C:\Program Files\Adobe\Adobe Premiere Pro 2025\Adobe Premiere Pro.exe": b"",
            r"C:\Program Files\Adobe\Adobe Premiere Pro (Beta)\Adobe Premiere Pro.exe": b"",
        },
        listed=(ListedProgram("Adobe Premiere Pro 2025", "25.6.3"),),
    )
    assert [one.version for one in find_premiere(windows)] == [(25, 6, 3), (24,), None]
