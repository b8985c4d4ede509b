package facebookads

import (
	"slices"

	"adtally/internal/table"
)

// metric is a conversion that Meta lists under several overlapping types: across all
// channels (omni), all of the web or of apps, and per channel. Exactly one of them is
// used, the widest that is present, because their sum counts conversions twice. Types
// match as a whole: "lead" does not match "offsite_content_view_add_meta_leads".
type metric struct {
	name, text string
	types      []string
}

// The types were seen in recordings or are listed on Meta's page on actions of apps
// and shops (docs/meta-api.md#attribution).
var conversionMetrics = []metric{
	{"purchases", "Purchases.", []string{"omni_purchase", "purchase", "onsite_web_app_purchase", "onsite_web_purchase",
		"offsite_conversion.fb_pixel_purchase", "app_custom_event.fb_mobile_purchase", "onsite_conversion.purchase", "offline_conversion.purchase"}},
	{"leads", "Leads, of forms and of websites.", []string{"lead", "onsite_conversion.lead_grouped", "onsite_conversion.lead", "onsite_web_lead",
		"offsite_conversion.fb_pixel_lead", "offline_conversion.lead"}},
	{"adds_to_cart", "Things put into a cart.", []string{"omni_add_to_cart", "add_to_cart", "onsite_web_app_add_to_cart", "onsite_web_add_to_cart",
		"offsite_conversion.fb_pixel_add_to_cart", "app_custom_event.fb_mobile_add_to_cart", "onsite_conversion.add_to_cart"}},
	{"checkouts", "Checkouts begun.", []string{"omni_initiated_checkout", "initiate_checkout", "onsite_web_app_initiate_checkout", "onsite_web_initiate_checkout",
		"offsite_conversion.fb_pixel_initiate_checkout", "app_custom_event.fb_mobile_initiated_checkout", "onsite_conversion.initiate_checkout"}},
	{"payment_infos", "Payment details given.", []string{"add_payment_info", "offsite_conversion.fb_pixel_add_payment_info", "app_custom_event.fb_mobile_add_payment_info"}},
	{"registrations", "Registrations completed.", []string{"omni_complete_registration", "complete_registration",
		"offsite_conversion.fb_pixel_complete_registration", "app_custom_event.fb_mobile_complete_registration"}},
	{"content_views", "Contents viewed.", []string{"omni_view_content", "view_content", "onsite_web_app_view_content", "onsite_web_view_content",
		"offsite_conversion.fb_pixel_view_content", "app_custom_event.fb_mobile_content_view"}},
	{"searches", "Searches.", []string{"omni_search", "search", "offsite_conversion.fb_pixel_search", "app_custom_event.fb_mobile_search"}},
	{"app_installs", "Apps installed.", []string{"omni_app_install", "mobile_app_install", "app_install"}},
	{"landing_page_views", "Landing pages that were loaded after a click.", []string{"omni_landing_page_view", "landing_page_view"}},
}

// conversionWindows are the windows that get columns in a wide view unless a report
// names its own: the ad set's own setting, and the two windows that it
// is made of.
var conversionWindows = []string{defaultWindow, "7d_click", "1d_view"}

// Conversions returns the metrics in every window: purchases_default,
// purchases_7d_click and so on. Windows that Meta does not serve are rejected.
func Conversions(windows ...string) (list []table.Conversion, err error) {
	asked := slices.DeleteFunc(slices.Clone(windows), func(w string) bool { return w == defaultWindow })
	if err := CheckWindows(asked); err != nil {
		return nil, err
	}
	return conversions(conversionMetrics, windows), nil
}

func conversions(metrics []metric, windows []string) (list []table.Conversion) {
	for _, m := range metrics {
		for _, w := range windows {
			list = append(list, table.Conversion{Name: m.name + "_" + w, Description: m.text, Types: m.types, Window: w})
		}
	}
	return list
}

// wide returns the view that adds conversion columns to a report, computed from its
// actions table. It returns nil if actions are split further or are not read.
func (s *stream) wide(own []metric) *table.View {
	if s.actions == nil || len(s.actionBreakdowns) > 0 {
		return nil
	}
	windows := conversionWindows
	if s.custom {
		windows = append([]string{defaultWindow}, s.windows...)
	}
	w := &table.Wide{Of: s.table, Long: s.actions, TypeColumn: "action_type", WindowColumn: "attribution_window",
		CountColumn: "value", MoneyColumn: "action_value", Conversions: conversions(slices.Concat(conversionMetrics, own), windows), Spans: &attributionSpans}
	if s.level == "ad" && len(s.breakdowns) == 0 {
		// Above ad level and with breakdowns Meta omits conversions that did happen,
		// so an absent value need not be zero.
		w.Lists = actionFieldNames
	}
	return &table.View{Name: s.table.Name + "_conversions", Wide: w,
		Description: s.table.Description + " With conversions; each comes from one action type, which a second column names."}
}

// purchased returns the view that adds only the purchases of the ad sets' own attribution
// setting to a report: what the dataset of all sources takes. The view with all conversions
// is 40 times as long, and DuckDB takes 80 ms to plan a question to it.
func (s *stream) purchased() *table.View {
	v := s.wide(nil)
	if v == nil || s.custom || len(s.breakdowns) > 0 || s.level != "campaign" && s.level != "ad" {
		return nil
	}
	v.Name, v.Description = s.table.Name+"_purchases", s.table.Description+" With purchases only."
	v.Wide.Conversions = conversions(conversionMetrics[:1], []string{defaultWindow})
	v.Wide.Spans = nil
	return v
}
