# Every test file, once; tests/checks/registered fails for one that is missing here.
add_claims(core/store/memory_store_test unit)
