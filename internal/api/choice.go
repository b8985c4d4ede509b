package api

import (
	"time"

	"adtally"
)

// Choice holds the settings of a source that a person chooses.
type Choice struct {
	Name     *string   `json:"name,omitempty" pattern:"\\S" maxLength:"200" doc:"Name for people"`
	Accounts *[]string `json:"accounts,omitempty" maxItems:"10000" doc:"Numbers of the ad accounts to read"`
	All      *bool     `json:"all_accounts,omitempty" doc:"Read every ad account that the token can see, including future ones"`
	Tables   *[]string `json:"tables,omitempty" maxItems:"500" doc:"Tables to read; empty = the default tables"`
	Since    dayChange `json:"since,omitempty" doc:"First day to read; null = as far back as the platform goes"`
	Minutes  *int      `json:"every_minutes,omitempty" enum:"5,15,30,60,120,180,360,480,720,1440" doc:"Minutes between two syncs"`
	LookBack *int      `json:"look_back_days,omitempty" minimum:"0" maximum:"90" doc:"How many days a past day is read again, because platforms restate figures; 0 = the platform's own period. Fewer days save calls but miss late conversions"`

	Reports *[]adtally.Report `json:"reports,omitempty" maxItems:"50" doc:"Custom report tables: try one with preview-report"`
	Metrics *[]adtally.Metric `json:"metrics,omitempty" maxItems:"100" doc:"Custom conversions: for each row, the first of the listed action types that is present"`
}

// into copies the given settings into a source.
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
			s.Accounts = append(s.Accounts, accountNumber(a))
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
