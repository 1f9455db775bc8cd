"""One measurement of quality each, beside peers; every module has `measure(data)`."""
