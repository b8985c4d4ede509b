package api

// SafeCell keeps a spreadsheet from running a cell as a formula.
var SafeCell = safeCell
