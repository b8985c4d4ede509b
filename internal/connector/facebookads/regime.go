package facebookads

import "adtally/internal/table"

// attributionSpans tells by which of Meta's rules the conversions of a day were
// counted. Figures from both sides of a change are not comparable. The dates are in
// docs/meta-api.md#attribution.
var attributionSpans = table.Spans{
	Column: words("attribution_regime", "Since when Meta counts conversions by the rules of this row's day. 2025-06-10: always by the ad set's own setting, and by the time of the conversion for what happens outside Meta. 2026-01-12: no views older than a day, since the windows 7d_view and 28d_view are gone. Rows of different regimes are not alike.").column,
	First:  "before 2025-06-10",
	Starts: []string{"2025-06-10", "2026-01-12"},
}
