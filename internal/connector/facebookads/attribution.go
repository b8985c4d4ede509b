package facebookads

import "adtally/internal/table"

// attributionSpans tells by which of Meta's rules the conversions of a day were
// counted. Figures from both sides of a change are not comparable. The dates are in
// docs/meta-api.md#attribution.
var attributionSpans = table.Spans{
	Column: words("attribution_regime", "The day from which Meta's attribution rules for this row apply. 2025-06-10: always the ad set's own setting, and the time of the conversion for conversions outside Meta. 2026-01-12: no views older than a day, because the windows 7d_view and 28d_view ended. Rows with different values are not comparable.").column,
	First:  "before 2025-06-10",
	Starts: []string{"2025-06-10", "2026-01-12"},
}
