"""Citizens and their weeks: facts, arrays, proposals, and what each run left behind."""
