package advertiser

import (
	"fmt"
	"strings"
)

// hardNames returns names that break careless readers: quotes, backslashes, line breaks,
// right-to-left and CJK text, joined emoji, a formula, a decomposed accent, spaces at both
// ends and a name of 400 characters, Meta's limit.
func hardNames() []string {
	return []string{
		"Sommer ☀️ Sale 👩‍👩‍👧‍👦 -30%",
		`He said "buy now" \ it's 100% off`,
		"تخفيضات الصيف - السعودية",
		"מבצע קיץ 2025 (חדש)",
		"夏のセール【最大50%OFF】",
		"春节促销 — 新客户",
		"line one\nline two",
		"a,b;c\td|e",
		"=SUM(A1:A9)",
		"  Cafe\u0301 crème \u00a0",
		`{"json": [1, null]}`,
		"'; DROP TABLE ads; --",
		"여름 세일 🇰🇷",
		strings.Repeat("Very long name of an ad that someone copied ", 9) + "end.",
	}
}

// pick chooses one of the words by a hash.
func pick(h uint64, words ...string) string { return words[below(h, len(words))] }

// named returns a hard name for every third object and usual for the others. The first
// object has its usual name, so that an account with one object is easy to read.
func named(i int, usual string) string {
	if i%3 != 1 {
		return usual
	}
	hard := hardNames()
	if i/3 < len(hard) {
		return hard[i/3]
	}
	return fmt.Sprintf("%s #%d", hard[i/3%len(hard)], i)
}

func campaignName(i int, h uint64, objective string) string {
	goal := strings.TrimPrefix(objective, "OUTCOME_")
	return named(i, fmt.Sprintf("%s | %s | %s %02d", pick(h>>11, "Prospecting", "Retargeting", "Brand", "Lookalike"),
		goal, pick(h>>21, "Evergreen", "Launch", "Spring", "Black Friday"), i+1))
}

func adSetName(i int, h uint64) string {
	return named(i, fmt.Sprintf("%s %s - %s %d", pick(h>>11, "Broad", "LAL 1%", "Interest", "Website 30d"),
		pick(h>>21, "18-65+", "25-54", "35+"), pick(h>>31, "Auto placements", "Feeds only", "Reels"), i+1))
}

// adName returns the same name for many ads, as advertisers do.
func adName(i int, h uint64) string {
	return named(i, fmt.Sprintf("%s_%s_v%d", pick(h>>11, "static", "video15s", "carousel", "ugc"),
		pick(h>>21, "offer", "testimonial", "product", "founder"), 1+below(h>>31, 3)))
}
