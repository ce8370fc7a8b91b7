"""Contacts out of a customer relationship system (HubSpot, Salesforce, Pipedrive) or a list kept by hand."""

from services.ingest.sources.source import Source, field

SOURCE = Source(
    name="crm",
    title="CRM contacts",
    fields=(
        field("first_name", "First Name", "Given Name", "First", "Contact First Name", "Fname"),
        field("last_name", "Last Name", "Surname", "Family Name", "Last", "Contact Last Name", "Lname"),
        field("full_name", "Full Name", "Name", "Contact Name", "Contact", "Person", "Person Name"),
        field("title", "Job Title", "Title", "Position", "Role", "Job Position"),
        field("seniority", "Seniority", "Employment Seniority", "Seniority Level"),
        field("departments", "Department", "Departments"),
        field("headline", "Headline"),
        field(
            "email",
            *("Work Email", "Email", "Email Address", "Business Email", "Company Email", "Contact Email"),
            *("Email - Work", "Person - Email - Work", "Primary Email", "E-Mail 1"),
        ),
        field("email_status", "Email Status", "Email Verification Status"),
        field("secondary_email", "Secondary Email", "Personal Email", "Other Email", "Additional email addresses"),
        field(
            "phone",
            *("Phone", "Phone Number", "Work Phone", "Business Phone", "Direct Phone", "Telephone", "Tel"),
            *("Phone - Work", "Person - Phone - Work", "Other Phone"),
        ),
        field(
            "mobile_phone",
            *("Mobile Phone", "Mobile", "Mobile Number", "Mobile Phone Number", "Cell Phone", "Cell", "Phone - Mobile"),
        ),
        field(
            "linkedin_url",
            *("LinkedIn of Person", "Person LinkedIn", "Person LinkedIn Url", "LinkedIn Profile", "LinkedIn Url"),
            *("LinkedIn Profile Url", "Contact LinkedIn", "Contact LinkedIn Url", "LinkedIn Bio", "LinkedIn"),
        ),
        field("city", "City", "Mailing City", "Contact City"),
        field("state", "State", "State/Region", "Mailing State", "Mailing State/Province", "Region", "Province"),
        field("country", "Country", "Country/Region", "Mailing Country", "Contact Country"),
        field(
            "company_name",
            *("Company", "Company Name", "Account Name", "Organization", "Organization Name", "Organisation"),
            *("Associated Company", "Account", "Employer", "Business Name"),
        ),
        field(
            "company_domain",
            *("Company Domain", "Domain", "Company Domain Name", "Website Domain", "Email Domain", "Root Domain"),
        ),
        field("company_website", "Website", "Company Website", "Website Url", "Company Url", "Homepage"),
        field(
            "company_linkedin_url",
            *("Company LinkedIn", "LinkedIn of Company", "Company LinkedIn Url", "Company LinkedIn Page"),
            *("LinkedIn Company Page", "Account LinkedIn", "LinkedIn", "LinkedIn Url"),
        ),
        field("company_city", "Company City", "Billing City"),
        field("company_state", "Company State", "Billing State", "Billing State/Province"),
        field("company_country", "Company Country", "Billing Country"),
        field("company_address", "Company Address", "Billing Address", "Organization Address", "Address"),
        field("company_phone", "Company Phone", "Company Phone Number", "Account Phone"),
        field("industry", "Industry", "Company Industry"),
        field("employees", "Number of Employees", "Employees", "Employee Count", "Company Size", "Headcount"),
        field("revenue", "Annual Revenue", "Revenue"),
        field("founded_year", "Year Founded", "Founded Year"),
        field("parent_company", "Parent Company", "Parent Account"),
        field("company_description", "Company Description", "Account Description", "About Us"),
        field("notes", "Notes", "Note", "Comments", "Comment", "Description"),
    ),
    other_columns=(
        *("Record ID", "Contact ID", "Lead ID", "Lifecycle Stage", "Lead Status", "Lead Source", "Create Date"),
        *("Contact Owner", "Owner", "Created Date", "Last Modified Date", "Last Activity Date", "Salutation"),
        *("Postal Code", "Zip", "Street Address", "Tags", "Labels", "Original Source"),
    ),
    marks=(
        *("LinkedIn of Person", "LinkedIn of Company", "Record ID", "Lifecycle Stage", "Lead Status"),
        *("Associated Company", "Mailing City", "Person - Email - Work"),
    ),
)
