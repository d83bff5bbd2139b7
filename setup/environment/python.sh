# Sourced by the commands beside this folder: finds the Python that runs them.
#
# Sets SETUP (the folder of the commands) and PYTHON (an interpreter that Odoo 19
# supports). Plain sh, because an older Python could not even parse the rest.

SETUP=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd -P) || exit 1

python_version() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

python_supported() {
    case $(python_version "$1") in 3.1[0-3]) return 0 ;; *) return 1 ;; esac
}

# An explicit $PYTHON is taken or refused, never silently replaced.
candidates=${PYTHON:-python3 python3.11 python3.12 python3.13 python3.10}
PYTHON=
for candidate in $candidates; do
    if python_supported "$candidate"; then
        PYTHON=$candidate
        break
    fi
done

if [ -z "$PYTHON" ]; then
    first=${candidates%% *}
    found=$(python_version "$first")
    echo "setup: Odoo 19 needs Python 3.10 to 3.13, but $first is ${found:-missing};" \
        "install one (apt-get install python3 python3-venv) or set PYTHON to its path" >&2
    exit 1
fi
unset candidates candidate first found
