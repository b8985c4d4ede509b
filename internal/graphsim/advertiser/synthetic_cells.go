package advertiser

import (
	"fmt"
	"maps"
)

// cell is one combination of breakdown values.
type cell struct {
	text   map[string]string
	weight float64
	upTo   int64 // share of this and all earlier cells, in 65536ths
	asset  map[string]any
	hour   int // the hour's end, 1 to 24; 0 if no breakdown is by hour
}

// share is a breakdown's value and the weight of its traffic.
type share struct {
	value  string
	weight float64
}

// cellsOf returns the cells of the breakdowns; without breakdowns, one cell without text.
// If each ad has only some of the cells, as with pictures, the function returns the indexes
// of an ad's cells. Otherwise the function is nil.
func (s *synthetic) cellsOf(breakdowns []string) ([]cell, func(*ad) []int) {
	if len(breakdowns) == 1 {
		if cells, own := s.ownCells(breakdowns[0]); own != nil {
			return cells, own
		}
	}
	return s.sharedCells(breakdowns), nil
}

func (s *synthetic) sharedCells(breakdowns []string) []cell {
	cells := []cell{{weight: 1}}
	for _, key := range breakdowns {
		cells = s.crossed(cells, key)
	}
	var all, so float64
	for _, c := range cells {
		all += c.weight
	}
	for i := range cells {
		so += cells[i].weight
		cells[i].upTo = int64(so / all * 65536)
	}
	cells[len(cells)-1].upTo = 65536
	return cells
}

func (s *synthetic) crossed(cells []cell, key string) []cell {
	var out []cell
	for _, c := range cells {
		for i, v := range s.shares(key, c.text) {
			next := cell{text: maps.Clone(c.text), weight: c.weight * v.weight, hour: c.hour}
			if next.text == nil {
				next.text = map[string]string{}
			}
			next.text[key] = v.value
			if key == hourly || key == audienceHourly {
				next.hour = i + 1
			}
			out = append(out, next)
		}
	}
	return out
}

// Both breakdowns use the advertiser's zone: the simulated audience lives there too.
const (
	hourly         = "hourly_stats_aggregated_by_advertiser_time_zone"
	audienceHourly = "hourly_stats_aggregated_by_audience_time_zone"
)

// shares returns a breakdown's values in Meta's order, as in rows that were extracted from a
// real account in June 2026. The weights are invented. An unknown breakdown has the single
// value "unknown".
func (s *synthetic) shares(key string, chosen map[string]string) []share {
	switch key {
	case "age":
		return []share{{"18-24", 12}, {"25-34", 26}, {"35-44", 24}, {"45-54", 17}, {"55-64", 12}, {"65+", 8}, {"Unknown", 1}}
	case "gender":
		return []share{{"female", 54}, {"male", 44}, {"unknown", 2}}
	case "publisher_platform":
		return []share{{"facebook", 55}, {"instagram", 33}, {"audience_network", 7}, {"messenger", 3}, {"threads", 1.5}, {"unknown", 0.5}}
	case "platform_position":
		return positions(chosen["publisher_platform"])
	case "device_platform":
		return []share{{"desktop", 14}, {"mobile_app", 78}, {"mobile_web", 7}, {"unknown", 1}}
	case "impression_device":
		return []share{{"android_smartphone", 44}, {"android_tablet", 2}, {"desktop", 14}, {"ipad", 2}, {"iphone", 37}, {"other", 1}}
	case "country":
		return s.countryShares()
	case "region":
		return []share{{"Central", 40}, {"Northern", 25}, {"Southern", 34}, {"unknown", 1}}
	case hourly, audienceHourly:
		return hours()
	}
	return []share{{"unknown", 1}}
}

// positions returns the values of platform_position for a platform, or for all platforms if
// platform is empty.
func positions(platform string) []share {
	switch platform {
	case "facebook":
		return []share{{"feed", 62}, {"facebook_reels", 18}, {"facebook_stories", 6}, {"instream_video", 5}, {"marketplace", 5}, {"right_hand_column", 4}}
	case "instagram":
		return []share{{"feed", 40}, {"instagram_reels", 32}, {"instagram_stories", 24}, {"instagram_explore_grid_home", 4}}
	case "audience_network":
		return []share{{"an_classic", 1}}
	case "messenger":
		return []share{{"messenger_stories", 1}}
	case "threads":
		return []share{{"threads_feed", 1}}
	case "":
		return []share{{"feed", 56}, {"instagram_reels", 18}, {"facebook_reels", 14}, {"instagram_stories", 12}}
	}
	return []share{{"unknown", 1}}
}

// countryShares returns the countries in the order of their English names. The account's own
// country comes first if it is not in the list.
func (s *synthetic) countryShares() []share {
	shares := []share{{"AT", 6}, {"FR", 5}, {"DE", 5}, {"HU", 3}, {"IN", 4}, {"IL", 2}, {"JP", 3}, {"SE", 3}, {"GB", 6}, {"US", 9}}
	for i := range shares {
		if shares[i].value == s.profile.country {
			shares[i].weight = 90
			return shares
		}
	}
	return append([]share{{s.profile.country, 90}}, shares...)
}

func hours() []share {
	shares := make([]share, 24)
	for h := range shares {
		shares[h] = share{fmt.Sprintf("%02d:00:00 - %02d:59:59", h, h), byHour(float64(h+1)/24) - byHour(float64(h)/24)}
	}
	return shares
}
