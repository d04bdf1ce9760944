#!/bin/sh
# Installs VEM Music for you alone, without a word of Python: a private environment, the wheel in it, the command `vem`,
# and then what `vem install all` puts into your editing programs. No administrator, and `--remove` undoes all of it.
set -eu

usage() {
    cat <<'TEXT'
Usage: sh install.sh [--wheel FILE] [--into FOLDER] [--no-editors] [--dry-run]
       sh install.sh --remove [--into FOLDER]

  --wheel FILE    the vem_plugin wheel; default: the one beside this script
  --into FOLDER   where it shall live; default: your data folder
  --no-editors    leave DaVinci Resolve, Premiere and your login alone
  --dry-run       say what would be done, and do nothing
  --remove        undo everything, the editing programs first
TEXT
}

say() { printf '%s\n' "$*"; }
stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

# The folder of this user's data that stays on this machine.
data_folder() {
    case $(uname -s) in
        Darwin) say "$HOME/Library/Application Support/vem-plugin" ;;
        *) say "${XDG_DATA_HOME:-$HOME/.local/share}/vem-plugin" ;;
    esac
}

# The first Python from 3.11 to 3.13 that can make environments.
find_python() {
    for name in python3.13 python3.12 python3.11 python3 python; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if "$path" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            say "$path"
            return
        fi
    done
}

# How a person without Python gets one, on this system.
how_to_get_python() {
    case $(uname -s) in
        Darwin) say "Open python.org/downloads, install Python 3.12 (a double click), and run this again." ;;
        *)
            if command -v apt-get >/dev/null 2>&1; then
                say "Ask whoever looks after this computer for: sudo apt-get install python3 python3-venv"
            elif command -v dnf >/dev/null 2>&1; then
                say "Ask whoever looks after this computer for: sudo dnf install python3.12"
            else
                say "Install Python 3.12 with its venv module from your system's packages, and run this again."
            fi
            ;;
    esac
    say "Or install 'uv' (docs.astral.sh/uv), which needs no administrator; this script then lets it bring Python."
}

# Stops if SHA256SUMS beside the wheel says that the wheel is another one.
check_sum() {
    sums=$(dirname "$1")/SHA256SUMS
    [ -f "$sums" ] || {
        say "No SHA256SUMS beside the wheel: its checksum was not compared."
        return
    }
    name=$(basename "$1")
    wanted=$(awk -v name="$name" '{ file = $2; sub(/^\*/, "", file); if (file == name) print $1 }' "$sums")
    if command -v sha256sum >/dev/null 2>&1; then
        is=$(sha256sum "$1")
    else
        is=$(shasum -a 256 "$1")
    fi
    [ "${is%% *}" = "$wanted" ] || stop "$name is not the file that SHA256SUMS tells of. Download both anew."
    say "The wheel's checksum is right."
}

# Makes the private environment; one that is half made does not stay.
make_environment() {
    mkdir -p "$into"
    trap 'rm -rf "$environment"; exit 1' INT TERM HUP
    if [ -n "$python" ]; then
        "$python" -m venv "$environment" || { rm -rf "$environment"; stop "Python could not make an environment."; }
    else
        uv venv --quiet --seed --python 3.12 "$environment" || { rm -rf "$environment"; stop "uv could not bring Python."; }
    fi
    say "made by the installer of vem-plugin, which may remove this folder" >"$environment/$mark"
    trap - INT TERM HUP
}

install_wheel() {
    fresh=$1
    if ! "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "$wheel"; then
        [ "$fresh" = no ] || rm -rf "$environment"
        stop "The wheel could not be installed; the lines above say why. Nothing else was changed."
    fi
}

# The command `vem` in ~/.local/bin; what stands there and is not ours stays.
link_command() {
    if [ -e "$link" ] || [ -L "$link" ]; then
        [ "$(readlink "$link" 2>/dev/null)" = "$environment/bin/vem" ] ||
            say "$link is not ours and stays; the command is $environment/bin/vem"
        return
    fi
    mkdir -p "$(dirname "$link")"
    ln -s "$environment/bin/vem" "$link"
    case ":$PATH:" in
        *":$(dirname "$link"):"*) ;;
        *) say "The command is $link; your shell finds it once $(dirname "$link") is in PATH." ;;
    esac
}

remove() {
    if [ -x "$environment/bin/vem" ]; then
        "$environment/bin/vem" uninstall all || say "Not all of it could be undone; the lines above say what and why."
    fi
    if [ "$(readlink "$link" 2>/dev/null)" = "$environment/bin/vem" ]; then rm -f "$link"; fi
    if [ -f "$environment/$mark" ]; then
        rm -rf "$environment"
        rmdir "$into" 2>/dev/null || true
        say "VEM Music is gone. Your timelines and music stay where they are."
    else
        say "Nothing of VEM Music is installed in $into."
    fi
}

wheel='' into=$(data_folder) editors=yes dry=no removing=no
mark=.made-by-vem-plugin
while [ $# -gt 0 ]; do
    case $1 in
        --wheel | --into)
            [ $# -gt 1 ] || stop "$1 wants a value. sh install.sh --help"
            if [ "$1" = --wheel ]; then wheel=$2; else into=$2; fi
            shift
            ;;
        --no-editors) editors=no ;;
        --dry-run) dry=yes ;;
        --remove) removing=yes ;;
        -h | --help) usage && exit 0 ;;
        *) stop "'$1' is not known. sh install.sh --help" ;;
    esac
    shift
done
[ -z "${SUDO_USER:-}" ] || stop "Run this without sudo: it installs for you alone, and needs no administrator."
case $into in
    /*) ;;
    *) into=$PWD/$into ;;
esac
environment=$into/python
link=$HOME/.local/bin/vem

if [ "$removing" = yes ]; then
    remove
    exit 0
fi

if [ -z "$wheel" ]; then
    for beside in "$(dirname "$0")"/vem_plugin-*.whl; do [ -f "$beside" ] && wheel=$beside; done
    [ -n "$wheel" ] || stop "There is no wheel beside this script. Download vem_plugin-....whl to it, or name it: --wheel FILE"
fi
[ -f "$wheel" ] || stop "There is no file $wheel."
python=$(find_python)
if [ -z "$python" ] && ! command -v uv >/dev/null 2>&1; then
    stop "This computer has no Python from 3.11 to 3.13 that this can use.
$(how_to_get_python)"
fi
[ ! -e "$environment" ] || [ -f "$environment/$mark" ] || stop "$environment is there and not ours. Choose another: --into FOLDER"
check_sum "$wheel"

say "1. A private environment in $environment (${python:-Python 3.12, brought by uv})"
say "2. $(basename "$wheel") and what it needs, into that environment (some hundred megabytes)"
say "3. The command vem in $(dirname "$link")"
if [ "$editors" = yes ]; then say "4. vem install all: your editing programs, and the daemon at login"; fi
if [ "$dry" = yes ]; then
    say "Nothing was done (--dry-run)."
    exit 0
fi

fresh=no
if [ ! -e "$environment" ]; then
    fresh=yes
    make_environment
fi
install_wheel "$fresh"
link_command
"$environment/bin/vem" doctor || say "Something is amiss; the lines above say what, and what to do."
if [ "$editors" = yes ]; then "$environment/bin/vem" install all || true; fi
say ""
say "Done. Try: vem score YOUR_TIMELINE.otio --brief \"warm, hopeful\""
say "To remove it: sh $0 --remove --into \"$into\""
