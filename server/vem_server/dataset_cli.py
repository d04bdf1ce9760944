"""Commands that make sets to learn from: ``vem dataset build`` and ``vem dataset synth``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vem_plugin.dataset.build import Built, Thresholds
    from vem_plugin.dataset.build.captioner import Captioner
    from vem_plugin.dataset.pair_set import PairSet

Out = Annotated[Path, typer.Option("-o", "--out", metavar="SET", help="The folder of the set.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, no tables, no bars.")]
Processes = Annotated[int, typer.Option(help="Processes on this machine, one core each.")]
TestShare = Annotated[float, typer.Option(help="Share that is held out for tests.")]
Least = float | None

sets = typer.Typer(no_args_is_help=True, help="Sets of film and music to learn from and to measure with.")


def register(app: typer.Typer) -> None:
    """Add ``vem dataset`` to the command line."""
    app.add_typer(sets, name="dataset")


@sets.command()
def build(
    films: Annotated[Path, typer.Argument(metavar="FOLDER", help="Videos with music, or with a sound file beside.")],
    out: Out,
    seconds: Annotated[str, typer.Option(metavar="LEAST-MOST", help="How long clips are.")] = "10-60",
    min_music: Annotated[Least, typer.Option(help="Least share of a clip in which there is music.")] = None,
    min_snr: Annotated[Least, typer.Option(help="Least estimated signal-to-noise ratio, dB.")] = None,
    min_on_beats: Annotated[Least, typer.Option(help="Least share of cuts on beats, less chance.")] = None,
    min_energy: Annotated[Least, typer.Option(help="Least agreement of energies, 0 to 1; .5 is chance.")] = None,
    min_emotion: Annotated[Least, typer.Option(help="Least correlation of moods, with --emotion.")] = None,
    on_beat_ms: Annotated[float, typer.Option(help="How near a beat is on it, milliseconds.")] = 70.0,
    licences_only: Annotated[
        str, typer.Option(metavar="LIST", help="CC0,CC-BY: only films whose licence begins so.")
    ] = "",
    captioner: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenAI-compatible server to ask what is seen; default: none.")
    ] = None,
    captioner_model: Annotated[str, typer.Option(help="The name it knows its model by.")] = "default",
    captioner_key: Annotated[str, typer.Option(envvar="VEM_CAPTIONER_KEY", help="Its key, if it wants one.")] = "",
    emotion: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A sound encoder with a text tower (CLAP as ONNX).")
    ] = None,
    picture_encoder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Another picture encoder; default: the one that ships.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where encoders run: auto, cpu, cuda or mps.")] = "cpu",
    rate: Annotated[int, typer.Option(help="Samples a second of the stored sound.")] = 48_000,
    test_share: TestShare = 0.1,
    processes: Processes = 1,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Ray cluster in place of processes; auto: one here.")
    ] = None,
    keep_work: Annotated[
        bool, typer.Option("--keep-work", help="Keep what was told about all clips, for other thresholds later.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a set out of films that have music; run it again after a stop, and it goes on."""
    from vem_plugin.dataset.build import STAGES, Thresholds, Wishes, build_set
    from vem_plugin.dataset.build.analysing import Settings
    from vem_server.as_json import print_json
    from vem_server.show import stage_bars

    thresholds = Thresholds.usual(
        [each.strip() for each in licences_only.split(",") if each.strip()],
        music=min_music,
        signal_to_noise=min_snr,
        on_beats=min_on_beats,
        energy=min_energy,
        emotion=min_emotion,
    )
    settings = Settings(
        seconds=_span_of(seconds),
        rate=rate,
        on_beat=on_beat_ms / 1000,
        picture_encoder=None if picture_encoder is None else picture_encoder.absolute(),
        emotion=None if emotion is None else emotion.absolute(),
        captioner=_captioner_of(captioner, captioner_model, captioner_key),
        device=device,  # type: ignore[arg-type]  # Placement checks the word and says which ones there are
    )
    wishes = Wishes(
        settings=settings,
        thresholds=thresholds,
        test_share=test_share,
        processes=processes,
        ray=ray,
        keep_work=keep_work,
    )
    with stage_bars(STAGES, quiet=json) as report:
        built = build_set(films.absolute(), out, wishes=wishes, report=report)
    if json:
        print_json(_built_as_json(built, out))
    else:
        _show_built(built, thresholds, out)


@sets.command()
def synth(
    out: Out,
    pairs: Annotated[int, typer.Option(help="How many.")] = 100,
    seed: Annotated[int, typer.Option(help="Which of the endless possible ones.")] = 1,
    taste: Annotated[str, typer.Option(help="How the made-up editors cut: usual, or shifted to measure on.")] = "usual",
    words: Annotated[bool, typer.Option("--words/--no-words", help="Embed captions and words.")] = True,
    music: Annotated[bool, typer.Option("--music/--no-music", help="Write the notes.")] = True,
    sound: Annotated[bool, typer.Option("--sound/--no-sound", help="Play them.")] = True,
    video: Annotated[bool, typer.Option("--video/--no-video", help="Render the pictures and look at them.")] = True,
    films: Annotated[
        bool, typer.Option("--films", help="Keep each film with its timeline, in SET/films, for vem score.")
    ] = False,
    test_share: TestShare = 0.1,
    processes: Processes = 1,
    json: Json = False,
) -> None:
    """Make up a set: a synthetic director's cuts, the rule-based composer's music, pictures that move with it."""
    from vem_plugin.dataset.synth.making import STAGES, Wishes, make_set
    from vem_server.as_json import print_json
    from vem_server.show import stage_bars

    wishes = Wishes(
        pairs=pairs,
        seed=seed,
        taste=taste,
        test_share=test_share,
        words=words,
        music=music,
        sound=sound,
        video=video,
        films=films,
        processes=processes,
    )
    with stage_bars(STAGES, quiet=json) as report:
        made = make_set(out, wishes, report=report)
    if json:
        print_json(_set_as_json(made, out))
    else:
        _show_set(made, out)


def _span_of(text: str) -> tuple[float, float]:
    """``LEAST-MOST`` as two numbers."""
    from vem_plugin.errors import SettingsError

    least, dash, most = text.partition("-")
    try:
        return float(least), float(most if dash else least)
    except ValueError as error:
        raise SettingsError(f"'{text}' is no span of seconds.", where="--seconds", remedy="Write 10-60.") from error


def _captioner_of(url: str | None, model: str, key: str) -> Captioner | None:
    if url is None:
        return None
    from vem_plugin.dataset.build.captioner import Captioner

    return Captioner(url, model, key)


def _set_as_json(pairs: PairSet, out: Path) -> dict[str, Any]:
    return {
        "set": str(out.resolve()),
        "pairs": len(pairs),
        "seconds": round(pairs.seconds, 3),
        "train": len(pairs.split("train")),
        "test": len(pairs.split("test")),
        "shards": list(pairs.index.shards),
        "encoders": pairs.index.encoders,
    }


def _built_as_json(built: Built, out: Path) -> dict[str, Any]:
    found = None if built.report is None else built.report.as_json()
    return _set_as_json(built.pairs, out) | {"films_told_now": built.told, "report": found}


def _show_set(pairs: PairSet, out: Path) -> None:
    from vem_server.show import OUT

    parts = f"{len(pairs.split('train'))} to learn from, {len(pairs.split('test'))} held out"
    OUT.print(f"[bold]{len(pairs)} pairs[/], {pairs.seconds / 60:.1f} minutes: {parts}")
    OUT.print(f"[dim]set  [/] {out}", soft_wrap=True)
    OUT.print(f"[dim]card [/] {out / 'card.md'}", soft_wrap=True)


def _show_built(built: Built, thresholds: Thresholds, out: Path) -> None:
    """What was kept, what each filter removed, and what could not be used."""
    from rich.text import Text

    from vem_plugin.dataset.build import FILTERS
    from vem_server.show import OUT, table_of

    _show_set(built.pairs, out)
    found = built.report
    if found is None:
        OUT.print("It was finished before; nothing has changed since.")
        return
    OUT.print(f"[dim]report[/] {out / 'report'}", soft_wrap=True)
    table = table_of("found", "least", "removed", "share")
    says = {item.figure: item.says for item in FILTERS}
    for reason, count in found.removed.items():
        least = thresholds.told(reason) if reason in says else ""
        table.add_row(says.get(reason, reason), least, str(count), f"{count / max(1, found.clips):.1%}")
    OUT.print(table)
    OUT.print(f"{found.kept} of {found.clips} clips are kept")
    for name, why in sorted(found.wrong.items()):
        OUT.print(Text(f"left out  {name}: {why}", style="yellow"))
    for remark in found.remarks:
        OUT.print(Text(f"note      {remark}", style="yellow"))
