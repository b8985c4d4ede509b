package advertiser

import "math"

// objective is a campaign's objective and the response rates of its ads. Rates are in
// 65536ths: clicks per impression, link clicks per click, conversions per link click.
type objective struct {
	name, goal, billing string
	click, link         int64
	landing             int64
	purchase, cart      int64
	checkout, lead      int64
	custom              int64
	social              int64 // reactions per impression, in 65536ths
}

// objectives returns all objectives. The rates are invented, but close to those of a real
// account: 0.8 % of impressions were clicked, and 70 % of the clicks were on the link.
func objectives() []objective {
	return []objective{
		{"OUTCOME_SALES", "OFFSITE_CONVERSIONS", "IMPRESSIONS", 800, 48000, 45000, 2600, 7000, 4000, 0, 900, 60},
		{"OUTCOME_LEADS", "LEAD_GENERATION", "IMPRESSIONS", 620, 46000, 42000, 0, 0, 0, 4200, 2600, 45},
		{"OUTCOME_TRAFFIC", "LINK_CLICKS", "LINK_CLICKS", 1100, 56000, 50000, 300, 900, 0, 0, 700, 40},
		{"OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT", "IMPRESSIONS", 900, 20000, 9000, 0, 0, 0, 300, 0, 700},
		{"OUTCOME_AWARENESS", "REACH", "IMPRESSIONS", 260, 24000, 12000, 0, 0, 0, 0, 0, 90},
	}
}

// attribution is an ad set's attribution_setting. An action's value is its 7d_click count,
// plus 1d_view if view is set and 1d_ev if engaged is set.
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

// mixedAttribution returns the setting of a parent of sets[from:to]: their common setting, or
// "multiple" if they differ.
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

// delivery holds the parameters from which an ad's daily figures are generated.
type delivery struct {
	volume  int64 // impressions on a normal day
	cpm     int64 // price of 1000 impressions, in minor units
	clicks  int64 // clicks per impression, in 65536ths
	price   int64 // value of one purchase, in minor units
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

// usualSpend returns the spend of a normal day, in minor units.
func (d *delivery) usualSpend() int64 { return d.volume * d.cpm / 1000 }
