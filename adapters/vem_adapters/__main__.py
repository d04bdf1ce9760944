"""``python -m vem_adapters`` is ``vem``."""

from vem_adapters.commands import main

if __name__ == "__main__":
    main()
