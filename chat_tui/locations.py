"""Where configuration and data live on this machine."""

from pathlib import Path

LOG = "chat-tui.log"
"""Name of a client's log; in its data directory, unless somebody says otherwise."""


def config_file() -> Path:
    """The TOML file of settings, which need not exist."""
    import platformdirs  # only commands that need a default pay for it

    return Path(platformdirs.user_config_dir("chat_tui", appauthor=False)) / "config.toml"


def log_file() -> Path:
    """Where a client logs that keeps nothing else."""
    import platformdirs

    return Path(platformdirs.user_log_dir("chat_tui", appauthor=False)) / LOG


def data_directory() -> Path:
    """Where the local service keeps its data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("chat_tui", appauthor=False))
