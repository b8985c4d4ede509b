package analytics

// ReadyDashboard is a built-in dashboard.
type ReadyDashboard struct {
	Name string
	DashboardSpec
}

// ReadyDashboards returns the built-in dashboards.
func ReadyDashboards() []ReadyDashboard { return nil }
