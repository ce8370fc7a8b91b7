"""The list of a client's own customer companies: name, domain, LinkedIn."""

from services.ingest.sources.source import Source, field

SOURCE = Source(
    name="customers",
    title="Customer companies",
    fields=(
        field(
            "company_name",
            *("Company Name", "Company", "Name", "Customer Name", "Customer", "Customer Company", "Account Name"),
            *("Account", "Organization", "Organization Name", "Organisation", "Client", "Client Name"),
        ),
        field("company_domain", "Domain", "Company Domain", "Company Domain Name", "Customer Domain", "Website Domain"),
        field("company_website", "Website", "Company Website", "Website Url", "Company Url", "Url", "Homepage"),
        field(
            "company_linkedin_url",
            *("Company LinkedIn Url", "Company LinkedIn", "LinkedIn Url", "LinkedIn", "LinkedIn Company Url"),
            *("LinkedIn Page", "Company LinkedIn Page", "Customer LinkedIn"),
        ),
        field("industry", "Industry", "Company Industry"),
        field("company_country", "Country", "Company Country"),
        field("notes", "Notes", "Note", "Comments"),
    ),
)
