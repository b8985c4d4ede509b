package facebookads

import (
	"cmp"
	"slices"
	"strings"

	"adtally"
)

// breakdownText is how a breakdown is shown to people.
type breakdownText struct{ name, title, text string }

const optIn = "Needs an opt-in of the ad account in Ads Manager; without it Meta returns no rows and no error."

// breakdownTexts describe the breakdowns that Meta documents, in the order in which they
// are shown. The others follow.
var breakdownTexts = []breakdownText{
	{"age", "Age", "Age group of the person."},
	{"gender", "Gender", "Gender of the person."},
	{"country", "Country", "Country of the person, as a two-letter code."},
	{"region", "Region", "Region of the person, by Meta's name. There are no video metrics by region."},
	{"comscore_market", "Comscore market", "Market of the person in the United States; it replaces dma."},
	{"publisher_platform", "Platform", "facebook, instagram, audience_network, messenger or threads."},
	{"platform_position", "Placement", "Where on the platform, such as feed; only together with publisher_platform."},
	{"device_platform", "Device type", "desktop, mobile_app or mobile_web."},
	{"impression_device", "Impression device", "Device on which the ad was shown; only together with publisher_platform. " + optIn},
	{"product_id", "Product", "Product of the catalogue."},
	{"hourly_stats_aggregated_by_advertiser_time_zone", "Hour in the account's time zone", "There are no unique counts by hour, and no days older than 13 months."},
	{"hourly_stats_aggregated_by_audience_time_zone", "Hour in the person's time zone", "There are no unique counts by hour, and no days older than 13 months. " + optIn},
	{"frequency_value", "Frequency", "How often a person saw the ads; only with reach, and no days older than 6 months. " + optIn},
	{"image_asset", "Image", "Image of the ad's creative."},
	{"video_asset", "Video", "Video of the ad's creative."},
	{"body_asset", "Text", "Text of the ad's creative."},
	{"title_asset", "Headline", "Headline of the ad's creative."},
	{"description_asset", "Description", "Description in the ad's creative."},
	{"link_url_asset", "Link", "Link of the ad's creative."},
	{"call_to_action_asset", "Call to action", "Button of the ad's creative."},
	{"ad_format_asset", "Format", "Format of the ad's creative."},
	{"app_id", "App", "App that was advertised; only together with skan_conversion_id."},
	{"skan_conversion_id", "SKAdNetwork conversion", "Conversion value of SKAdNetwork; only together with app_id."},
	{"user_segment_key", "Audience segment", "New or existing customers."},
	{"action_device", "Device of the action", "Device on which the person acted."},
	{"action_destination", "Destination of the action", "Where the person went: a page, an app or a website."},
	{"action_target_id", "Target of the action", "ID of the destination."},
	{"action_reaction", "Reaction", "Kind of reaction to a post."},
	{"action_converted_product_id", "Converted product", "Product that was bought."},
	{"action_video_type", "Kind of video view", "How the video was started."},
	{"action_video_sound", "Sound of the video", "Whether the video had sound."},
	{"action_carousel_card_id", "Carousel card, by ID", "Card of a carousel that the person acted on."},
	{"action_carousel_card_name", "Carousel card, by name", "Card of a carousel that the person acted on."},
	{"action_canvas_component_name", "Instant Experience component", "Part of an Instant Experience that the person acted on."},
}

func textIndex(name string) int {
	return slices.IndexFunc(breakdownTexts, func(t breakdownText) bool { return t.name == name })
}

// inOrder returns names without duplicates: those with a description first.
func inOrder(names []string) []string {
	names = ordered(names)
	place := func(n string) int {
		if i := textIndex(n); i >= 0 {
			return i
		}
		return len(breakdownTexts)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return names
}

func breakdownOption(name string, picked bool) adtally.ReportOption {
	o := adtally.ReportOption{Name: name, Title: titleOf(name), Picked: picked, Description: "Meta's specification names it without a description; Meta decides whether to serve it."}
	if i := textIndex(name); i >= 0 {
		o.Title, o.Description = breakdownTexts[i].title, breakdownTexts[i].text
	}
	return o
}

// upperWords are written in capitals.
var upperWords = []string{"cpc", "cpm", "cpp", "ctr", "roas", "id", "skan", "url", "dda", "ig", "sot"}

// titleOf makes a title from a name of Meta's.
func titleOf(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		switch {
		case slices.Contains(upperWords, w):
			words[i] = strings.ToUpper(w)
		case i == 0 && w != "":
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}
