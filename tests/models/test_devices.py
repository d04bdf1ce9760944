"""No model cares where it computes: every one runs on the CPU and on the meta device, which has shapes and no numbers.

And no module picks a device but ``models/placement.py``, and ``encoders/runtime.py`` for onnxruntime.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from diffusers.pipelines.audioldm2.modeling_audioldm2 import AudioLDM2UNet2DConditionModel
from torch import Tensor, nn

import vem_plugin
from vem_plugin.errors import ModelError, SettingsError
from vem_plugin.models.aligner import Aligner
from vem_plugin.models.audio.audio_transformer import VeMAudioTransformer
from vem_plugin.models.audio.audioldm_unet import VeMAudioLDM2UNet
from vem_plugin.models.audio.frame_features import FRAME_FEATURES
from vem_plugin.models.beat_features import BEAT_FEATURES, DIRECTION_FEATURES
from vem_plugin.models.conditioning import ConditionBatch
from vem_plugin.models.placement import Placement, bytes_of_model, devices, parse_memory
from vem_plugin.models.raster import BEAT_SIZE
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.storyboard_tokens import LOOK_SIZE, RELATIONS, SLOTS, TIME_SIZE
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.parsing.surroundings import CURVES, REACH
from vem_plugin.rhythm.transition_features import GROUPS, NUMBERS
from vem_plugin.score.theme import CARD_FEATURES

FRAMES, ENTRIES, ROWS = 12, 3, 2
NEW = {"token_width": 16, "beat_width": 8, "picture_size": 12}


def conditions(frames: int, features: int) -> ConditionBatch:
    """Of two rows, all ones, on whatever device is the default."""
    return ConditionBatch(
        beat=torch.ones(ROWS, frames, features),
        direction=torch.ones(ROWS, frames, DIRECTION_FEATURES),
        card=torch.ones(ROWS, frames, CARD_FEATURES),
        piece=torch.zeros(ROWS, frames, dtype=torch.int64),
        text=torch.ones(ROWS, ENTRIES, TEXT_SIZE),
        picture=torch.ones(ROWS, ENTRIES, 12),
        look=torch.ones(ROWS, ENTRIES, LOOK_SIZE),
        time=torch.ones(ROWS, ENTRIES, TIME_SIZE),
        present=torch.ones(ROWS, ENTRIES, len(SLOTS)),
        relation=torch.ones(ROWS, frames, ENTRIES, len(RELATIONS)),
        mask=torch.zeros(ROWS, frames, ENTRIES),
    )


def score_transformer() -> tuple[nn.Module, Tensor]:
    model = VeMTransformer(width=32, heads=2, layers=2, **NEW)
    latents, whole = torch.ones(ROWS, FRAMES, 64), torch.ones(ROWS, FRAMES, 1)
    return model, model(latents, whole, latents, whole, conditions(FRAMES, BEAT_FEATURES))


def score_codec() -> tuple[nn.Module, Tensor]:
    model = ScoreCodec(width=16).eval()
    return model, model(torch.ones(ROWS, FRAMES, BEAT_SIZE), torch.ones(ROWS, FRAMES, 1))


def audio_transformer() -> tuple[nn.Module, Tensor]:
    model = VeMAudioTransformer(
        in_channels=8,
        out_channels=8,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=4,
        num_key_value_attention_heads=2,
        cross_attention_dim=32,
        cross_attention_input_dim=24,
        global_states_input_dim=20,
        time_proj_dim=16,
        **NEW,
    )
    given = {"words": torch.ones(ROWS, 5, 24), "whole": torch.ones(ROWS, 1, 20)}
    known = {"known": torch.ones(ROWS, 8, FRAMES), "known_mask": torch.ones(ROWS, 1, FRAMES)}
    wished = conditions(FRAMES, FRAME_FEATURES)
    return model, model(torch.ones(ROWS, 8, FRAMES), torch.ones(ROWS), conditions=wished, **given, **known)


def audio_unet() -> tuple[nn.Module, Tensor]:
    base = AudioLDM2UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=(8, 16),
        layers_per_block=1,
        norm_num_groups=4,
        attention_head_dim=2,
        cross_attention_dim=([None, 12, 20],) * 2,
    )
    model = VeMAudioLDM2UNet({name: value for name, value in base.config.items() if name[0] != "_"}, **NEW)
    given = {"words": torch.ones(ROWS, 5, 20), "whole": torch.ones(ROWS, 3, 12)}
    wished = conditions(FRAMES, FRAME_FEATURES)
    return model, model(torch.ones(ROWS, 4, FRAMES, 4), torch.ones(ROWS), conditions=wished, **given)


def sound_codec() -> tuple[nn.Module, Tensor]:
    model = AutoencoderOobleck(
        encoder_hidden_size=16,
        downsampling_ratios=[2, 4],
        channel_multiples=[1, 2],
        decoder_channels=8,
        decoder_input_channels=8,
    )
    latents = model.encode(torch.ones(1, 2, 64)).latent_dist.mode()
    return model, model.decode(latents).sample


def mel_codec() -> tuple[nn.Module, Tensor]:
    sizes = {"block_out_channels": (8, 8), "norm_num_groups": 4, "latent_channels": 4}
    kinds = {"down_block_types": ("DownEncoderBlock2D",) * 2, "up_block_types": ("UpDecoderBlock2D",) * 2}
    model = AutoencoderKL(in_channels=1, out_channels=1, **sizes, **kinds)
    return model, model.decode(model.encode(torch.ones(1, 1, 16, 8)).latent_dist.mode()).sample


def aligner() -> tuple[nn.Module, Tensor]:
    model = Aligner(width=8, blocks=1, curve_width=4)
    numbers, real = torch.ones(ROWS, 5, len(NUMBERS)), torch.ones(ROWS, 5, 1)
    return model, model(
        numbers, torch.ones(ROWS, 5, 2 * REACH, len(CURVES) + 1), torch.ones(ROWS, 5, len(GROUPS)), real
    )


@pytest.mark.parametrize(
    "run", [score_transformer, score_codec, audio_transformer, audio_unet, sound_codec, mel_codec, aligner]
)
@torch.no_grad()
def test_every_model_runs_where_its_inputs_are(run: Callable[[], tuple[nn.Module, Tensor]]) -> None:
    """A tensor made on another device than the model's would be refused on one of the two."""
    here, result = run()
    with torch.device("meta"):
        there, shapes = run()
    assert {weights.device.type for weights in here.parameters()} == {"cpu"}
    assert {tensor.device.type for tensor in (*there.parameters(), *there.buffers(), shapes)} == {"meta"}
    assert shapes.shape == result.shape
    assert shapes.dtype == result.dtype
    assert bytes_of_model(here) == bytes_of_model(there)


ALLOWED = {"models/placement.py", "encoders/runtime.py"}
DEVICES = re.compile(r"(cuda|mps)(:\d+)?")


def picks_in(tree: ast.AST) -> list[int]:
    """Lines that name a device, or ask torch for one."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in ("cuda", "mps"))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and DEVICES.fullmatch(node.value))
    ]


def test_only_one_module_picks_a_device() -> None:
    package = Path(vem_plugin.__file__).parent
    found = {
        file.relative_to(package).as_posix(): picks_in(ast.parse(file.read_text())) for file in package.rglob("*.py")
    }
    assert {name for name, lines in found.items() if lines} == ALLOWED, {k: v for k, v in found.items() if v}


def test_what_the_search_for_devices_finds() -> None:
    for text in ("model.cuda()", "x.to('cuda:0')", "torch.cuda.is_available()", "f(device='mps')"):
        assert picks_in(ast.parse(text)), text
    assert not picks_in(ast.parse("x.cpu().numpy(); y.to(x.device); 'a cuda device'"))


def test_auto_is_the_fastest_device_and_others_must_be_there() -> None:
    assert str(Placement().device) == devices()[0]
    assert Placement("cpu").encoders == "cpu"
    assert Placement().encoders == "auto"
    with pytest.raises(ModelError, match="finds no device"):
        Placement("abacus").device  # type: ignore[arg-type]


def test_precision_is_that_of_the_device_unless_asked_for() -> None:
    exact, half = Placement("cpu", "float32"), Placement("cpu", "bfloat16")
    one = torch.ones(2, 2)
    with exact.autocast():
        assert (one @ one).dtype == torch.float32
    with half.autocast():
        assert (one @ one).dtype == torch.bfloat16
    assert half.weights == torch.float32, "a CPU holds weights as they are"


def test_a_model_that_does_not_fill_a_card_computes_in_float32_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No card is needed to see what is decided for one."""
    card = Placement()
    monkeypatch.setitem(card.__dict__, "device", torch.device("cuda"))
    with torch.device("meta"):
        small, large = nn.Linear(1000, 1000), nn.Linear(20_000, 10_000)
    assert card.suited_to(small) == Placement(precision="float32")
    assert card.suited_to(large) is card
    half = Placement(precision="bfloat16")
    monkeypatch.setitem(half.__dict__, "device", torch.device("cuda"))
    assert half.suited_to(small) is half, "asked for"
    assert Placement("cpu").suited_to(small) == Placement("cpu")


def test_memory_decides_how_many_rows_and_who_takes_turns() -> None:
    assert Placement("cpu").rows_that_fit(weights=10, row=10**9, most=8) == 8
    tight = Placement("cpu", memory=parse_memory("1GB"))
    assert tight.rows_that_fit(weights=0, row=3 * 10**8, most=8) == 3
    assert tight.rows_that_fit(weights=2 * 10**9, row=1, most=8) == 1, "one take must go"
    with torch.device("meta"):
        parts = [nn.Linear(10_000, 10_000) for _ in range(3)]  # of 400 MB each
    with pytest.raises(ModelError, match="take 1200 MB, and 1000 MB are allowed"):
        tight.check_room(*parts)
    tight.check_room(*parts[:2])
    assert not tight.offloads(10**12), "a CPU has nowhere to move models to"
    layer = nn.Linear(3, 5)
    assert bytes_of_model(layer) == 4 * (15 + 5)
    with tight.hosting(layer, taking_turns=True):
        assert layer.weight.device.type == "cpu"


@pytest.mark.parametrize(
    ("text", "size"), [("6GB", 6e9), ("6 g", 6e9), ("6.5GiB", 6.5e9), ("512MB", 5.12e8), ("2000000", 2e6)]
)
def test_memory_is_read_as_people_write_it(text: str, size: float) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-6GB", "6TBs", "10KB", "0"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="amount of memory"):
        parse_memory(text)
