package api

import (
	"time"

	"adtally"
)

// Choice is what a person sets of a source.
type Choice struct {
	Name     *string   `json:"name,omitempty" pattern:"\\S" maxLength:"200"`
	Accounts *[]string `json:"accounts,omitempty" maxItems:"10000" doc:"Ad accounts, by number"`
	All      *bool     `json:"all_accounts,omitempty" doc:"All that the token sees, also those to come"`
	Tables   *[]string `json:"tables,omitempty" maxItems:"500" doc:"None = the usual ones"`
	Since    dayChange `json:"since,omitempty" doc:"The first day; null = as far back as the platform serves"`
	Minutes  *int      `json:"every_minutes,omitempty" enum:"5,15,30,60,120,180,360,480,720,1440" doc:"How often it is synced"`
	LookBack *int      `json:"look_back_days,omitempty" minimum:"0" maximum:"90" doc:"For how many days after a day it is read again; 0 = as long as the platform restates it. Fewer days cost fewer calls and miss conversions that come late"`

	Reports *[]adtally.Report `json:"reports,omitempty" maxItems:"50" doc:"Tables of one's own: see what a preview of one gives"`
	Metrics *[]adtally.Metric `json:"metrics,omitempty" maxItems:"100" doc:"Conversions of one's own: of their action types the first is taken that a row has"`
}

// into writes what was set into a source.
func (c Choice) into(s *adtally.SourceRecord) {
	set(&s.Name, c.Name)
	set(&s.All, c.All)
	if c.Since.given {
		s.Since = c.Since.day
	}
	set(&s.LookBack, c.LookBack)
	set(&s.Tables, c.Tables)
	set(&s.Reports, c.Reports)
	set(&s.Metrics, c.Metrics)
	if c.Accounts != nil {
		s.Accounts = nil
		for _, a := range *c.Accounts {
			s.Accounts = append(s.Accounts, bare(a))
		}
	}
	if c.Minutes != nil {
		s.Every = time.Duration(*c.Minutes) * time.Minute
	}
}

func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}
