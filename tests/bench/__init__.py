"""`make bench`: our pages beside a bare Django "hello", over HTTP, in the same run. See docs/bench.md."""
