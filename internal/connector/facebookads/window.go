package facebookads

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// attributionWindows are the default attribution windows.
var attributionWindows = []string{"1d_click", "7d_click", "28d_click", "1d_view"}

// knownWindows lists the windows that Meta still serves
// (AdsInsights_action_attribution_windows in its specs, and incrementality from its
// page).
var knownWindows = []string{"1d_click", "7d_click", "28d_click", "1d_view", "1d_ev", "dda", "incrementality",
	"skan_click", "skan_click_second_postback", "skan_click_third_postback", "skan_view", "skan_view_second_postback", "skan_view_third_postback"}

// CheckWindows rejects attribution windows that Meta does not serve: for an unknown
// one it returns no values instead of an error, which would look like zero.
func CheckWindows(windows []string) error {
	for _, w := range windows {
		switch {
		case strings.HasPrefix(w, "7d_view"), strings.HasPrefix(w, "28d_view"):
			return &adtally.Fault{Act: adtally.Configure, Code: "dead_window",
				Message: fmt.Sprintf("Meta has not served the attribution window %s since 12 January 2026: it would be empty, not zero", w),
				Hint:    "Use 1d_view, the only view window left. Data that was loaded before stays."}
		case w == defaultWindow:
			return &adtally.Fault{Act: adtally.Configure, Code: "default_window",
				Message: "The window \"default\" is always included: it is each ad set's own setting", Hint: "Remove it from the list."}
		case !slices.Contains(knownWindows, w):
			return &adtally.Fault{Act: adtally.Configure, Code: "unknown_window", Message: fmt.Sprintf("Meta knows no attribution window %q", w),
				Hint: "Choose from: " + strings.Join(knownWindows, ", ") + "."}
		}
	}
	return nil
}
