package advertiser

import "math"

// objective is what a campaign is for and how people answer to its ads. Rates
// are of 65536, per what comes before: clicks per impression, link clicks per
// click, conversions per link click.
type objective struct {
	name, goal, billing string
	click, link         int64
	landing             int64
	purchase, cart      int64
	checkout, lead      int64
	custom              int64
	social              int64 // reactions per impression
}

// objectives are inventions in the range of the account in real-account: 0.8 %
// clicks, seven in ten of them on the link.
func objectives() []objective {
	return []objective{
		{"OUTCOME_SALES", "OFFSITE_CONVERSIONS", "IMPRESSIONS", 800, 48000, 45000, 2600, 7000, 4000, 0, 900, 60},
		{"OUTCOME_LEADS", "LEAD_GENERATION", "IMPRESSIONS", 620, 46000, 42000, 0, 0, 0, 4200, 2600, 45},
		{"OUTCOME_TRAFFIC", "LINK_CLICKS", "LINK_CLICKS", 1100, 56000, 50000, 300, 900, 0, 0, 700, 40},
		{"OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT", "IMPRESSIONS", 900, 20000, 9000, 0, 0, 0, 300, 0, 700},
		{"OUTCOME_AWARENESS", "REACH", "IMPRESSIONS", 260, 24000, 12000, 0, 0, 0, 0, 0, 90},
	}
}

// attribution is an ad set's attribution_setting: its value is what 7d_click
// counts and, where set, what was counted after a view or an engaged view.
type attribution struct {
	setting       string
	view, engaged bool
}

func attributions() []attribution {
	return []attribution{
		{"1d_view_7d_click", true, false},
		{"7d_click", false, false},
		{"1d_view_7d_click_1d_ev", true, true},
	}
}

// mixedAttribution is the setting of a parent of the given ad sets.
func (s *synthetic) mixedAttribution(from, to int) string {
	setting := attributions()[0].setting
	for i := from; i < to; i++ {
		if i > from && s.sets[i].attribution.setting != setting {
			return "multiple"
		}
		setting = s.sets[i].attribution.setting
	}
	return setting
}

// delivery is what an ad's figures are drawn from.
type delivery struct {
	volume  int64 // impressions of a plain day
	cpm     int64 // minor units for 1000 impressions
	clicks  int64 // of 65536, as the rates of its objective
	price   int64 // minor units of one purchase
	video   bool
	ranking int
	*objective
	attribution
	custom int
}

func (s *synthetic) deliveryOf(a *ad, set *adSet) delivery {
	h := keyed(a.seed, 1)
	c := &s.campaigns[a.campaign]
	d := delivery{objective: c.objective, attribution: set.attribution, custom: c.custom}
	// Few ads get most of the traffic: 40 to about 5000 impressions a day.
	u := float64(bits(h, 0)) / 65536
	d.volume = int64(40 * math.Exp2(7*u*u))
	d.cpm = s.profile.cpm * (60 + int64(below(h>>16, 90))) / 100
	d.clicks = c.objective.click * (50 + int64(below(h>>24, 100))) / 100
	d.price = s.profile.cpm * (200 + int64(below(h>>32, 900))) / 100
	d.video = formOf(a.creative) == videoForm
	d.ranking = below(h>>42, 5)
	return d
}

// usualSpend is the minor units of a plain day.
func (d *delivery) usualSpend() int64 { return d.volume * d.cpm / 1000 }
