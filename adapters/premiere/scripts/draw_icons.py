"""Draws the plug-in's icons: four beats, the second on the cut. Run with Pillow: ``python scripts/draw_icons.py``."""

from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).parent.parent / "plugin" / "icons"
DARK_THEME, LIGHT_THEME, CUT = (214, 214, 214, 255), (60, 60, 60, 255), (226, 84, 72, 255)


def draw(size: int, ink: tuple[int, int, int, int]) -> Image.Image:
    """One icon, drawn eight times too large and reduced, for smooth edges."""
    big = size * 8
    image = Image.new("RGBA", (big, big))
    pen = ImageDraw.Draw(image)
    for index, height in enumerate((0.45, 0.8, 0.3, 0.6)):
        left, width = big * (0.12 + index * 0.21), big * 0.12
        top = big * (1 - height) / 2
        box = (left, top, left + width, big - top)
        pen.rounded_rectangle(box, radius=width / 2, fill=CUT if index == 1 else ink)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every icon in both scales."""
    ICONS.mkdir(exist_ok=True)
    for name, size, ink in (("dark", 23, DARK_THEME), ("light", 23, LIGHT_THEME), ("plugin", 24, DARK_THEME)):
        draw(size, ink).save(ICONS / f"{name}@1x.png")
        draw(size * 2, ink).save(ICONS / f"{name}@2x.png")


if __name__ == "__main__":
    main()
