"""Tests of do_py.sh and startup_cron.sh: real bash, real tmux, real environments."""
